// The first half of the wiring: from settings to what the acts are made of.
import { createCheckNewPassword } from './accounts/check-new-password.ts'
import { tellOfReuse } from './accounts/tell-of-reuse.ts'
import { createRaiseAlone } from './alerts/raise.ts'
import { createWatch } from './alerts/watch.ts'
import { withEventLog } from './audit/event-log.ts'
import { createRecordLimit } from './audit/limit-record.ts'
import { createSameDatabase } from './audit/same-database.ts'
import { createSealer } from './audit/sealer.ts'
import { createSealing } from './audit/sealing.ts'
import { addressKey, plainAddress } from './http/client-address.ts'
import type { Identity } from './identities/store.ts'
import { createBackground } from './jobs/background.ts'
import { createKeyring } from './keys/keyring.ts'
import { createSigningKeys } from './keys/signing-keys.ts'
import { createLimiter } from './limits/limiter.ts'
import { createMailbox } from './mail/mailbox.ts'
import { createPostman } from './mail/postman.ts'
import { createSmtpTransport } from './mail/smtp.ts'
import { countEntries } from './meter/count-entries.ts'
import { measureHasher, measureLimiter, measureProviders } from './meter/measured.ts'
import type { Meter } from './meter/meter.ts'
import { createFindServer } from './oauth/authorization-server.ts'
import { revokeTokens } from './oauth/revoke-tokens.ts'
import { createBreachCheck } from './passwords/breached.ts'
import { createPasswordHasher } from './passwords/hash-password.ts'
import { createAlarm } from './primitives/alarm.ts'
import type { ClockOffset } from './primitives/clock.ts'
import type { Log } from './primitives/log.ts'
import type { Wait } from './provider-calls/provider-client.ts'
import { createProviderClients } from './provider-calls/provider-clients.ts'
import { createAccessTokens } from './sessions/access-token.ts'
import { addressesOf, type Renewal } from './settings/renewal.ts'
import { openStores } from './stores/open.ts'
import { createCourier } from './webhooks/courier.ts'

/** A sign-up waits no longer for the breach service. */
const breachTimeoutMs = 1_000
const deliverEveryMs = 5_000
/**
 * What a request posts goes out so much later: the embedded database works on the thread that answers, so a delivery that began at
 * once would hold the answer up, and tell that there was a letter (S-13).
 */
const deliverAfterMs = 100

type World = {
  readonly isServer: boolean
  readonly log: Log
  readonly meter: Meter
  readonly offset: ClockOffset
  readonly wait: Wait
  /** Whether the stores are open: known to whoever opens them. */
  readonly isOpen: () => boolean
}

export type Parts = ReturnType<typeof createParts>

/** What every act works with, over HTTP and as a function: stores, keys, limits, mail, providers. Nothing is opened yet. */
export const createParts = (renewal: Renewal, { isServer, log, meter, offset, wait, isOpen }: World) => {
  const { settings, now } = renewal
  const { argon2, breachUrl } = settings.passwords

  const background = createBackground(log)
  const sealing = createSealing({
    newestKey: () => keyring.newest(),
    sealer: () => sealer,
    background,
    isOpen,
    isServer,
    log,
  })
  const opened = openStores({
    ...settings,
    ...addressesOf(renewal),
    exclusive: isServer,
    offset,
    log,
    meter,
    entryMac: sealing.entryMac,
  })
  const stores = { ...opened, database: withEventLog(opened.database, log, countEntries(meter)) }
  const { database, channel, limits } = stores
  const { clock, audit } = database
  const base = { ...database, channel, limits, log, meter }

  const keyring = createKeyring({ ...base, readSecrets: () => now().readSecrets() })
  const sealer = createSealer({ ...base, keyring })
  const sameDatabase = createSameDatabase({ ...base, keyring })
  const requireSameDatabase = sameDatabase.require
  const signingKeys = createSigningKeys({
    ...{ ...base, requireSameDatabase, isServer, keyring },
    ...settings.keys,
    ...settings.sessions,
  })
  const limiter = measureLimiter(createLimiter(limits, settings.rules), meter)
  const breached = breachUrl ? createBreachCheck({ url: breachUrl, timeoutMs: breachTimeoutMs, fetch, log }) : null
  const calls = { policy: settings.providerCalls, fetch, wait, now: clock.now, log }
  const providerClients = measureProviders(createProviderClients(settings.providers, calls), meter)
  const { providers } = settings
  const reaching = {
    providers,
    findServer: createFindServer(base),
    alarm: createAlarm(base),
    clientOf: providerClients.of,
  }
  const smtpUrl = () => {
    const { mail } = now()
    return mail.kind === 'smtp' ? mail.url : ''
  }
  const mailbox = settings.mail.kind === 'mailbox' ? createMailbox() : null
  const transport = settings.mail.kind === 'smtp' ? createSmtpTransport({ ...settings.mail, url: smtpUrl }) : mailbox
  const postman = transport && createPostman({ ...base, ...background, keyring, transport, site: settings })
  const deliver = async () => void (isOpen() && (await postman?.deliver()))
  const { webhook } = settings
  const courier = webhook && createCourier({ ...base, ...background, webhook: () => now().webhook ?? webhook })
  const carry = async () => void (isOpen() && (await courier?.deliver()))
  const undelivered = 'mail or messages could not be delivered'
  const acts = {
    ...base,
    tellOfReuse: tellOfReuse({ keyring }),
    mailPosted: () =>
      isServer ? background.after(deliverAfterMs, undelivered, deliver) : background.soon(undelivered, deliver),
    /** False: nothing is written for one. */
    hasWebhook: courier !== null,
    webhooksPosted: () => background.soon(undelivered, carry),
    identitiesGone: (gone: readonly Identity[]) => {
      if (gone.length > 0)
        background.soon('tokens could not be given back', () => revokeTokens({ ...base, ...reaching, keyring }, gone))
    },
    keyring,
    requireSameDatabase,
    signingKeys,
    accessTokens: createAccessTokens({ ...base, ...settings.keys, signingKeys, issuer: settings.publicUrl }),
    policy: settings.sessions,
    limiter,
    addressKeyOf: (text: string) => {
      const address = plainAddress(text)
      return address && addressKey(address)
    },
    isServer,
    recordLimit: createRecordLimit({ audit, clock, log }),
    hasher: measureHasher(createPasswordHasher({ argon2 }), meter),
    checkNewPassword: createCheckNewPassword({ ...settings.passwords, breached }),
    verifyEmail: settings.verifyEmail,
    permissions: settings.permissions,
    declaredRoles: settings.declaredRoles,
    secondFactor: settings.secondFactor,
    deletionDelaySeconds: settings.deletionDelaySeconds,
  }
  const alerting = {
    ...acts,
    ...settings.alerting,
    unlimited: settings.unlimited,
    hasWebhook: settings.webhook !== null,
  }
  const alerts = { watch: createWatch(alerting), raise: createRaiseAlone(alerting) }
  if (isServer && postman) background.every(deliverEveryMs, undelivered, deliver)
  if (isServer && courier) background.every(deliverEveryMs, undelivered, carry)
  const delivering = { postman, mailbox, courier }
  const recording = { sealing, sealer, sameDatabase }
  return { acts, alerts, base, stores, background, ...recording, reaching, providerClients, ...delivering }
}

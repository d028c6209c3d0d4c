// What of the settings may change while the engine runs: secrets, and the credentials in addresses (OPS-2).
import { ConfigurationError, type ConfigurationFault } from '../configuration-error.ts'
import { fault } from '../messages/fault.ts'
import type { VigileOptions } from '../options.ts'
import type { Changing } from '../primitives/changing.ts'
import { resolveSettings, type Settings } from './settings.ts'

/** The options that hold secrets. */
export type Renewed = Partial<
  Pick<
    VigileOptions,
    'secrets' | 'database' | 'redis' | 'limitsRedis' | 'pool' | 'mail' | 'providers' | 'audit' | 'alerts'
  >
>

export type Renewal = {
  /** Those of the start, for all that stays. */
  readonly settings: Settings
  now(): Settings
  renew(renewed: Renewed): void
}

export const createRenewal = (given: VigileOptions, settings: Settings): Renewal => {
  let options = given
  let now = settings
  const providers = settings.providers.map((provider) => ({
    ...provider,
    get clientSecret() {
      return now.providers.find(({ id }) => id === provider.id)?.clientSecret ?? provider.clientSecret
    },
  }))
  return {
    settings: { ...settings, providers },
    now: () => now,
    renew: (renewed) => {
      const nextOptions = { ...options, ...renewed }
      const next = resolveSettings(nextOptions)
      const faults = placesLeft(now, next)
      if (faults.length > 0) throw new ConfigurationError(faults)
      options = nextOptions
      now = next
    },
  }
}

/** Nodes on two databases, or with two Redises to tell each other through, would not see each other's revocations. */
const placesLeft = (now: Settings, next: Settings): readonly ConfigurationFault[] =>
  [
    { setting: 'DATABASE_URL', isLeft: placeOfDatabase(now) !== placeOfDatabase(next) },
    {
      setting: 'VIGILE_LISTEN_URL',
      isLeft: placeOf(now.pool.listenUrl ?? null) !== placeOf(next.pool.listenUrl ?? null),
    },
    { setting: 'REDIS_URL', isLeft: placeOf(now.redis) !== placeOf(next.redis) },
    { setting: 'RATE_LIMIT_REDIS_URL', isLeft: placeOf(now.limitsRedis) !== placeOf(next.limitsRedis) },
    { setting: 'SMTP_URL', isLeft: now.mail.kind !== next.mail.kind },
    { setting: 'VIGILE_ALERT_WEBHOOK', isLeft: (now.webhook === null) !== (next.webhook === null) },
  ]
    .filter(({ isLeft }) => isLeft)
    .map(({ setting }) => fault(setting, 'leads_elsewhere'))

const placeOfDatabase = ({ database }: Settings) => (database.kind === 'sqlite' ? database.file : placeOf(database.url))

/** An address without its credentials. */
const placeOf = (address: string | null): string | null => {
  const url = address === null ? null : URL.parse(address)
  if (!url) return address
  url.username = ''
  url.password = ''
  return url.href
}

/** Where the stores are; each new connection asks. */
export const addressesOf = ({ settings, now }: Renewal) => {
  const { database, pool, redis, limitsRedis } = settings
  const present =
    (read: (now: Settings) => string | null | undefined): Changing =>
    () =>
      read(now()) ?? ''
  return {
    database:
      database.kind === 'sqlite'
        ? database
        : { kind: database.kind, url: present(({ database }) => (database.kind === 'postgres' ? database.url : null)) },
    pool: { ...pool, listenUrl: pool.listenUrl && present(({ pool }) => pool.listenUrl) },
    redis: redis && present(({ redis }) => redis),
    limitsRedis: limitsRedis && present(({ limitsRedis }) => limitsRedis),
  }
}

// What every way to add a passkey has in common: its proof, and what it writes.
import type { Locale, Passkey, PasskeyRegistration } from '@vigile/contract'
import { postNotice } from '../accounts/post-notice.ts'
import type { Account } from '../accounts/store.ts'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { OutboxStore } from '../mail/store.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import { randomToken } from '../primitives/random.ts'
import { recoveryCodesOfFirst } from '../second-factor/recovery-codes.ts'
import type { HeldFactors, RecoveryCodeStore } from '../second-factor/store.ts'
import type { Purpose } from './challenges.ts'
import { readClientData } from './client-data.ts'
import type { Refused } from './fault.ts'
import { presentPasskey } from './present-passkey.ts'
import type { ProveDeps } from './prove-passkey.ts'
import type { PasskeyRow, PasskeyStore } from './store.ts'
import { type VerifiedCredential, verifyRegistration } from './verify-registration.ts'

/** Who has more of them is no person. */
export const maxPasskeys = 20

export type NewPasskeyStores = {
  readonly passkeys: PasskeyStore
  readonly recoveryCodes: RecoveryCodeStore
  readonly oneTimeTokens: OneTimeTokenStore
  readonly outbox: OutboxStore
  readonly audit: AuditStore
}

/** Uses up the challenge, and checks what the authenticator made. */
export const checkNewPasskey = async (
  deps: ProveDeps,
  { response, purpose }: { readonly response: PasskeyRegistration; readonly purpose: Purpose },
): Promise<{ readonly ok: true; readonly value: VerifiedCredential } | Refused> => {
  const data = readClientData(response.response.clientDataJSON)
  if (!data.ok) return data
  const taken = await deps.challenges.take(data.challenge, purpose)
  return taken ?? verifyRegistration(deps.relyingParty, { response, challenge: data.challenge })
}

export type NewPasskey = { readonly passkey: Passkey; readonly recoveryCodes: readonly string[] | null }

/**
 * Adds it, within a transaction that has locked the account's row, so that the number of its passkeys stands. `before`: what the
 * account held. Refuses `too_many`, and `known`: it is registered already, of whomever.
 */
export const insertPasskey = async (
  deps: { readonly keyring: Pick<Keyring, 'newest'> },
  stores: NewPasskeyStores,
  input: {
    readonly account: Account
    readonly before: HeldFactors
    readonly credential: VerifiedCredential
    readonly name: string
    readonly now: number
    readonly context: Context
    readonly locale: Locale
  },
): Promise<NewPasskey | 'too_many' | 'known'> => {
  const { account, before, credential, name, now, context, locale } = input
  const { id: userId } = account
  if (before.passkeys >= maxPasskeys) return 'too_many'
  const passkey: PasskeyRow = { ...credential, id: randomToken(16), userId, name, createdAt: now, lastUsedAt: null }
  if (!(await stores.passkeys.insert(passkey))) return 'known'
  const recoveryCodes = await recoveryCodesOfFirst(stores, { userId, before, now })
  const act = { action: 'factor:add', at: now, userId, resource: 'passkey', resourceId: passkey.id }
  const details = { factor: 'passkey', name, backedUp: passkey.backedUp }
  await stores.audit.append([auditEntry(context, { ...act, details })])
  await postNotice(deps, stores, { notice: { kind: 'factor_added', factor: 'passkey' }, account, now, context, locale })
  return { passkey: presentPasskey(passkey), recoveryCodes }
}

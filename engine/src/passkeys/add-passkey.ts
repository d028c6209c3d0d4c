// A new passkey of an account.
import type { Locale, Passkey, PasskeyCreationOptions, PasskeyRegistration } from '@vigile/contract'
import { postNotice } from '../accounts/post-notice.ts'
import type { AccountStore } from '../accounts/store.ts'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { OutboxStore } from '../mail/store.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { UserId } from '../primitives/ids.ts'
import { randomToken } from '../primitives/random.ts'
import type { Transact } from '../primitives/transact.ts'
import { readClientData } from './client-data.ts'
import type { CeremonyFault } from './fault.ts'
import { creationOptions } from './options.ts'
import { presentPasskey } from './present-passkey.ts'
import type { ProveDeps } from './prove-passkey.ts'
import type { PasskeyRow, PasskeyStore } from './store.ts'
import { type VerifiedCredential, verifyRegistration } from './verify-registration.ts'

/** Who has more of them is no person. */
const maxPasskeys = 20

/** What a change of an account's passkeys is written to. */
export type FactorChangeStores = {
  readonly accounts: AccountStore
  readonly passkeys: PasskeyStore
  readonly oneTimeTokens: OneTimeTokenStore
  readonly outbox: OutboxStore
  readonly audit: AuditStore
}

export type AddPasskeyDeps = ProveDeps & {
  readonly accounts: AccountStore
  readonly audit: AuditStore
  readonly clock: Clock
  readonly keyring: Pick<Keyring, 'newest'>
  readonly transact: Transact<FactorChangeStores>
  readonly mailPosted: () => void
}

/** `too_many`: one must be removed first. `known`: the passkey is of some account already. `refused`: it does not hold. */
export type AddRefusal = 'not_found' | 'too_many' | 'known' | 'expired' | 'refused'

/** What the browser is to make a passkey of. Refuses with `too_many` before the browser makes one in vain. */
export const beginAddPasskey = async (
  deps: AddPasskeyDeps,
  userId: UserId,
): Promise<
  | { readonly ok: true; readonly value: PasskeyCreationOptions }
  | { readonly ok: false; readonly error: 'not_found' | 'too_many' }
> => {
  const account = await deps.accounts.findById(userId)
  if (!account) return { ok: false, error: 'not_found' }
  const known = await deps.passkeys.listOfUser(userId)
  if (known.length >= maxPasskeys) return { ok: false, error: 'too_many' }
  const challenge = deps.challenges.issue(`add.${userId}`)
  return { ok: true, value: creationOptions(deps.relyingParty, account, { challenge, known }) }
}

export type AddPasskeyInput = {
  readonly userId: UserId
  readonly response: PasskeyRegistration
  readonly name: string
  readonly context: Context
  /** Of the reader, for the letter where the account has none. */
  readonly locale: Locale
}

export type Added = { readonly passkey: Passkey; readonly recoveryCodes: readonly string[] | null }

/** Adds the passkey that the browser made. What was refused is on record. */
export const addPasskey = async (
  deps: AddPasskeyDeps,
  input: AddPasskeyInput,
): Promise<{ readonly ok: true; readonly value: Added } | { readonly ok: false; readonly error: AddRefusal }> => {
  const verified = await verify(deps, input)
  if (verified.ok) {
    const stored = await store(deps, input, verified.value)
    if (stored.ok) deps.mailPosted()
    return stored
  }
  const { reason } = verified.fault
  await deps.audit.append([failure(deps, input, verified.fault)])
  return { ok: false, error: reason === 'challenge' || reason === 'challenge_used' ? 'expired' : 'refused' }
}

const verify = async (deps: AddPasskeyDeps, { response, userId }: AddPasskeyInput) => {
  const data = readClientData(response.response.clientDataJSON)
  if (!data.ok) return data
  const taken = await deps.challenges.take(data.challenge, `add.${userId}`)
  return taken ?? verifyRegistration(deps.relyingParty, { response, challenge: data.challenge })
}

const store = (deps: AddPasskeyDeps, input: AddPasskeyInput, credential: VerifiedCredential) => {
  const { userId, name, context, locale } = input
  const now = deps.clock.now()
  return deps.transact(async ({ accounts, passkeys, oneTimeTokens, outbox, audit }) => {
    // The account's row is locked, so that the number of its passkeys stands.
    const account = await accounts.lockActive(userId)
    if (!account) return { ok: false, error: 'not_found' } as const
    if ((await passkeys.countOfUser(userId)) >= maxPasskeys) return { ok: false, error: 'too_many' } as const
    const passkey: PasskeyRow = { ...credential, id: randomToken(16), userId, name, createdAt: now, lastUsedAt: null }
    if (!(await passkeys.insert(passkey))) {
      await audit.append([failure(deps, input, { reason: 'credential_id', says: 'already registered' })])
      return { ok: false, error: 'known' } as const
    }
    await audit.append([
      auditEntry(context, {
        action: 'factor:add',
        at: now,
        userId,
        resource: 'passkey',
        resourceId: passkey.id,
        details: { factor: 'passkey', name, backedUp: passkey.backedUp },
      }),
    ])
    const notice = { kind: 'factor_added', factor: 'passkey' } as const
    await postNotice(deps, { oneTimeTokens, outbox }, { notice, account, now, context, locale })
    return { ok: true, value: { passkey: presentPasskey(passkey), recoveryCodes: null } } as const
  })
}

const failure = (deps: AddPasskeyDeps, { userId, context }: AddPasskeyInput, fault: CeremonyFault) =>
  auditEntry(context, {
    action: 'factor:add:failed',
    at: deps.clock.now(),
    userId,
    resource: 'passkey',
    details: { factor: 'passkey', ...fault },
  })

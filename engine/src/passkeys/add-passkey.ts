// A new passkey of an account, by its owner who is signed in.
import type { Locale, PasskeyCreationOptions, PasskeyRegistration } from '@vigile/contract'
import { type BySession, lockOwner } from '../accounts/lock-owner.ts'
import type { AccountStore } from '../accounts/store.ts'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import type { UserId } from '../primitives/ids.ts'
import type { Transact } from '../primitives/transact.ts'
import type { FactorPolicy } from '../second-factor/policy.ts'
import type { FactorStore } from '../second-factor/store.ts'
import type { SessionStore } from '../sessions/store.ts'
import type { Purpose } from './challenges.ts'
import type { CeremonyFault } from './fault.ts'
import { checkNewPasskey, insertPasskey, maxPasskeys, type NewPasskey, type NewPasskeyStores } from './new-passkey.ts'
import { creationOptions } from './options.ts'
import type { ProveDeps } from './prove-passkey.ts'

export type ChangePasskeysDeps = {
  readonly clock: Clock
  readonly keyring: Pick<Keyring, 'newest'>
  readonly secondFactor: FactorPolicy
  readonly transact: Transact<
    NewPasskeyStores & { accounts: AccountStore; factors: FactorStore; sessions: SessionStore }
  >
  readonly mailPosted: () => void
}

export type AddPasskeyDeps = ProveDeps &
  ChangePasskeysDeps & { readonly accounts: AccountStore; readonly audit: AuditStore }

/** `unauthenticated`: the session was ended, or the account disabled, meanwhile. `too_many`: one must be removed first. `known`: it is registered already. `refused`: it does not hold. */
export type AddRefusal = 'unauthenticated' | 'too_many' | 'known' | 'expired' | 'refused'

/** What the browser is to make a passkey of. Refuses `too_many` before the browser makes one in vain. */
export const beginAddPasskey = async (
  deps: Pick<AddPasskeyDeps, 'accounts' | 'passkeys' | 'challenges' | 'relyingParty'>,
  { userId, purpose }: { readonly userId: UserId; readonly purpose: Purpose },
): Promise<
  | { readonly ok: true; readonly value: PasskeyCreationOptions }
  | { readonly ok: false; readonly error: 'unauthenticated' | 'too_many' }
> => {
  const account = await deps.accounts.findById(userId)
  if (!account?.isActive) return { ok: false, error: 'unauthenticated' }
  const known = await deps.passkeys.listOfUser(userId)
  if (known.length >= maxPasskeys) return { ok: false, error: 'too_many' }
  const challenge = deps.challenges.issue(purpose)
  return { ok: true, value: creationOptions(deps.relyingParty, account, { challenge, known }) }
}

export type AddPasskeyInput = BySession & {
  readonly response: PasskeyRegistration
  readonly name: string
  readonly context: Context
  /** Of the reader, for the letter where the account has none. */
  readonly locale: Locale
}

/** Adds the passkey that the browser made. What was refused is on record. */
export const addPasskey = async (
  deps: AddPasskeyDeps,
  input: AddPasskeyInput,
): Promise<{ readonly ok: true; readonly value: NewPasskey } | { readonly ok: false; readonly error: AddRefusal }> => {
  const { userId, response } = input
  const checked = await checkNewPasskey(deps, { response, purpose: `add.${userId}` })
  if (!checked.ok) {
    await deps.audit.append([addFailed(deps, input, checked.fault)])
    return { ok: false, error: refusalOf(checked.fault) }
  }
  const credential = checked.value
  const added = await deps.transact(async (stores) => {
    const now = deps.clock.now()
    const account = await lockOwner(stores, input)
    if (!account) return 'unauthenticated'
    const before = await stores.factors.held(userId)
    return insertPasskey(deps, stores, { ...input, account, before, credential, now })
  })
  if (typeof added === 'string') {
    if (added === 'known') await deps.audit.append([addFailed(deps, input, alreadyKnown)])
    return { ok: false, error: added }
  }
  deps.mailPosted()
  return { ok: true, value: added }
}

export const alreadyKnown: CeremonyFault = { reason: 'credential_id', says: 'already registered' }

export const refusalOf = ({ reason }: CeremonyFault): 'expired' | 'refused' =>
  reason === 'challenge' || reason === 'challenge_used' ? 'expired' : 'refused'

export const addFailed = (
  deps: { readonly clock: Clock },
  { userId, context }: { readonly userId: UserId; readonly context: Context },
  fault: CeremonyFault,
) =>
  auditEntry(context, {
    action: 'factor:add:failed',
    at: deps.clock.now(),
    userId,
    resource: 'passkey',
    details: { factor: 'passkey', ...fault },
  })

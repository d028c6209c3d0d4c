import type { Locale } from '@vigile/contract'
import { isWayInLeft, type SetUp } from '../accounts/last-way-in.ts'
import { type BySession, lockOwner } from '../accounts/lock-owner.ts'
import { postNotice } from '../accounts/post-notice.ts'
import type { AccountStore } from '../accounts/store.ts'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { IdentityStore } from '../identities/store.ts'
import type { Transact } from '../primitives/transact.ts'
import { type FactorPolicyStore, hasFactor, isLastRequired } from '../second-factor/policy.ts'
import type { FactorStore } from '../second-factor/store.ts'
import type { SessionStore } from '../sessions/store.ts'
import type { ChangePasskeysDeps } from './add-passkey.ts'
import type { NewPasskeyStores } from './new-passkey.ts'

export type RemovePasskeyDeps = Omit<ChangePasskeysDeps, 'transact'> & {
  readonly transact: Transact<RemovePasskeyStores>
  /** Those that people sign in with. */
  readonly providers: readonly SetUp[]
}

type RemovePasskeyStores = NewPasskeyStores & {
  readonly accounts: AccountStore
  readonly factors: FactorStore
  readonly sessions: SessionStore
  readonly roles: FactorPolicyStore
  readonly identities: Pick<IdentityStore, 'listOfUser'>
}

/**
 * Removes one of the user's passkeys. Refuses `not_found`, `required` (it is the last factor, and one is required), `last_way_in`
 * (nothing else is left to sign in with), and `unauthenticated`: the session was ended meanwhile.
 */
export const removePasskey = async (
  deps: RemovePasskeyDeps,
  input: BySession & { readonly id: string; readonly context: Context; readonly locale: Locale },
): Promise<'removed' | 'not_found' | 'required' | 'last_way_in' | 'unauthenticated'> => {
  const { userId, id, context, locale } = input
  const outcome = await deps.transact(async (stores) => {
    const now = deps.clock.now()
    const account = await lockOwner(stores, input)
    if (!account) return 'unauthenticated'
    const own = await stores.passkeys.listOfUser(userId)
    const passkey = own.find((one) => one.id === id)
    if (!passkey) return 'not_found'
    const left = { ...(await stores.factors.held(userId)), passkeys: own.length - 1 }
    if (await isLastRequired(deps.secondFactor, stores.roles, { userId, left })) return 'required'
    const identities = await stores.identities.listOfUser(userId)
    if (!isWayInLeft(deps, account, { passkeys: left.passkeys, identities })) return 'last_way_in'
    await stores.passkeys.remove(userId, id)
    // They stood in for what is gone: on their own they would only be one more way in.
    if (!hasFactor(left)) await stores.recoveryCodes.removeAll(userId)
    const act = { action: 'factor:remove', at: now, userId, resource: 'passkey', resourceId: id }
    await stores.audit.append([auditEntry(context, { ...act, details: { factor: 'passkey', name: passkey.name } })])
    const notice = { kind: 'factor_removed', factor: 'passkey' } as const
    await postNotice(deps, stores, { notice, account, now, context, locale })
    return 'removed'
  })
  if (outcome === 'removed') deps.mailPosted()
  return outcome
}

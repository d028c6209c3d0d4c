import type { Locale } from '@vigile/contract'
import type { IdentitiesGone } from '../accounts/delete-account.ts'
import { isWayInLeft } from '../accounts/last-way-in.ts'
import { type BySession, lockOwner } from '../accounts/lock-owner.ts'
import { postNotice } from '../accounts/post-notice.ts'
import type { AccountStore } from '../accounts/store.ts'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { IdentityStore } from '../identities/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { OutboxStore } from '../mail/store.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { PasskeyStore } from '../passkeys/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Transact } from '../primitives/transact.ts'
import type { SessionStore } from '../sessions/store.ts'
import { providerName } from './present-identity.ts'
import type { Provider } from './provider.ts'

export type UnlinkDeps = {
  readonly transact: Transact<UnlinkStores>
  readonly keyring: Pick<Keyring, 'newest'>
  readonly clock: Clock
  readonly providers: readonly Pick<Provider, 'id' | 'name' | 'server'>[]
  /** Null: no passkey signs in here. */
  readonly relyingParty: object | null
  readonly mailPosted: () => void
  readonly identitiesGone: IdentitiesGone
}

type UnlinkStores = {
  readonly accounts: AccountStore
  readonly sessions: SessionStore
  readonly passkeys: Pick<PasskeyStore, 'listOfUser'>
  readonly identities: IdentityStore
  readonly oneTimeTokens: OneTimeTokenStore
  readonly outbox: OutboxStore
  readonly audit: AuditStore
}

/**
 * Disconnects one of the user's accounts at a provider. Refuses `not_found`, `last_way_in` (nothing else is left to sign in with: of
 * two at once one stays, since each holds the account's row), and `unauthenticated`: the session was ended meanwhile.
 */
export const unlinkIdentity = async (
  deps: UnlinkDeps,
  input: BySession & { readonly id: string; readonly context: Context; readonly locale: Locale },
): Promise<'unlinked' | 'not_found' | 'last_way_in' | 'unauthenticated'> => {
  const { userId, id, context, locale } = input
  const outcome = await deps.transact(async (stores) => {
    const now = deps.clock.now()
    const account = await lockOwner(stores, input)
    if (!account) return 'unauthenticated'
    const own = await stores.identities.listOfUser(userId)
    const identity = own.find((one) => one.id === id)
    if (!identity) return 'not_found'
    const left = {
      passkeys: deps.relyingParty ? (await stores.passkeys.listOfUser(userId)).length : 0,
      identities: own.filter((one) => one !== identity),
    }
    if (!isWayInLeft(deps, account, left)) return 'last_way_in'
    await stores.identities.remove(userId, id)
    await stores.identities.disown([identity], now)
    const { provider, label } = identity
    const act = { action: 'identity:unlink', at: now, userId, resource: 'identity', resourceId: id }
    await stores.audit.append([auditEntry(context, { ...act, details: { provider } })])
    const notice = { kind: 'identity_unlinked', provider: providerName(deps.providers, provider), label } as const
    await postNotice(deps, stores, { notice, account, now, context, locale })
    return identity
  })
  if (typeof outcome === 'string') return outcome
  deps.mailPosted()
  deps.identitiesGone([outcome])
  return 'unlinked'
}

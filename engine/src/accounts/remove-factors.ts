// The way back for somebody who has lost every second factor: an operator who knows the person takes them all away.

import type { AnyActor } from '../audit/actor.ts'
import { noContext } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { OutboxStore } from '../mail/store.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { UserId } from '../primitives/ids.ts'
import type { Transact } from '../primitives/transact.ts'
import { type ActorRefusal, refuseActor } from '../roles/act-on-user.ts'
import type { RoleStore } from '../roles/store.ts'
import type { FactorStore } from '../second-factor/store.ts'
import { orAlarm } from '../sessions/or-alarm.ts'
import type { SessionStore } from '../sessions/store.ts'
import {
  type AccountActDeps,
  announceAccount,
  endSessions,
  entryOf,
  type NotFound,
  notFound,
} from './acts-on-accounts.ts'
import { postNotice } from './post-notice.ts'
import { type RemoveSinceStores, removeSince } from './remove-since.ts'
import type { AccountStore } from './store.ts'

export type RemoveFactorsDeps = Omit<AccountActDeps, 'transact'> & {
  readonly transact: Transact<
    RemoveSinceStores & {
      accounts: AccountStore
      factors: FactorStore
      sessions: SessionStore
      roles: RoleStore
      oneTimeTokens: OneTimeTokenStore
      outbox: OutboxStore
      audit: AuditStore
    }
  >
  readonly keyring: Pick<Keyring, 'newest'>
  readonly mailPosted: () => void
}

const noFactor = { ok: false, error: 'no_factor' } as const

/**
 * Takes away the authenticator app, the passkeys and the recovery codes, and ends every session and every sign-in that waits.
 * The owner is told (S-16). Refuses `not_found` (none, or disabled) `no_factor` (there is nothing to take away), and what whoever acts may not.
 */
export const removeFactors = async (
  deps: RemoveFactorsDeps,
  id: UserId,
  by: AnyActor,
): Promise<
  | { readonly ok: true; readonly value: { readonly endedSessions: number } }
  | NotFound
  | ActorRefusal
  | { readonly ok: false; readonly error: 'no_factor' }
> => {
  const committed = deps.transact(async (stores) => {
    const now = deps.clock.now()
    const act = { id, by, now }
    const refusal = await refuseActor(stores, by, { target: id, permission: 'users:update' })
    if (refusal) return refusal
    // The row comes first: a sign-in or a change of factors that holds it is waited for.
    const account = await stores.accounts.lockActive(id)
    if (!account) return notFound
    const { totp, passkeys, recoveryCodes } = await stores.factors.held(id)
    if (!totp && passkeys + recoveryCodes === 0) return noFactor
    await removeSince(stores, id, 0)
    const ended = await endSessions(stores, act, 'ended_by_operator')
    const details = { factor: 'all', totp, passkeys, recoveryCodes, endedSessions: ended.length }
    await stores.audit.append([entryOf('factor:remove', act, details)])
    const notice = { kind: 'factor_removed', factor: 'all' } as const
    await postNotice(deps, stores, { notice, account, now, context: noContext })
    return ended
  })
  const ended = await orAlarm(deps.log, { reason: 'ended_by_operator', user: id }, committed)
  if ('error' in ended) return ended
  deps.mailPosted()
  await announceAccount(deps, id, ended)
  return { ok: true, value: { endedSessions: ended.length } }
}

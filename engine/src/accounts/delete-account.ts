// The end of an account: by an operator at once, or when the time of one that its owner closed has come. What hangs on it goes
// with it; its audit entries stay, without what tells of a person (ACC-7).
import { type AnyActor, contextOf, nameActor } from '../audit/actor.ts'
import { auditEntry, type Context, noContext } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Identity, IdentityStore } from '../identities/store.ts'
import type { OutboxStore } from '../mail/store.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import type { Transact } from '../primitives/transact.ts'
import { type ActorRefusal, refuseActor } from '../roles/act-on-user.ts'
import {
  type EvenTheLast,
  isLastAdministrator,
  type LastAdministrator,
  lastAdministrator,
} from '../roles/administrators.ts'
import type { RoleStore } from '../roles/store.ts'
import { strangersAtCodes } from '../second-factor/strangers-at-codes.ts'
import { orAlarm } from '../sessions/or-alarm.ts'
import { recordRevocations } from '../sessions/revoke.ts'
import type { SessionStore } from '../sessions/store.ts'
import { type AccountActDeps, announceAccount, type NotFound, notFound } from './acts-on-accounts.ts'
import type { ClosureStore } from './closure-store.ts'
import { emailHash } from './email.ts'
import type { AccountStore } from './store.ts'

/** Accounts of one round of the job; the next round goes on. */
const accountsAtOnce = 100

type DeleteAccountStores = {
  readonly accounts: AccountStore
  readonly sessions: SessionStore
  readonly identities: Pick<IdentityStore, 'listOfUser'>
  readonly outbox: OutboxStore
  readonly roles: RoleStore
  readonly audit: AuditStore
}

export type DeleteAccountDeps = Omit<AccountActDeps, 'transact'> & {
  readonly transact: Transact<DeleteAccountStores & { closures: ClosureStore }>
  readonly identitiesGone: IdentitiesGone
}

/** After the commit: the tokens of these are to be taken back at the providers, as far as those can be reached (S-69). */
export type IdentitiesGone = (identities: readonly Identity[]) => void

/** Removes an account and what hangs on it, at once. Refuses `not_found`, `last_administrator`, and what whoever acts may not. */
export const deleteAccount = async (
  deps: DeleteAccountDeps,
  id: UserId,
  by: AnyActor,
  { leaveNoAdministrator = false }: EvenTheLast = {},
): Promise<{ readonly ok: true; readonly value: undefined } | NotFound | LastAdministrator | ActorRefusal> =>
  remove(deps, id, {
    by: nameActor(by),
    context: contextOf(by),
    leaveNoAdministrator,
    refuse: (stores) => refuseActor(stores, by, { target: id, permission: 'users:delete' }),
  })

/**
 * Removes the accounts whose time has come; the number removed. Each in a transaction of its own, so that what interrupts the
 * job loses nothing: the next run finds the rest.
 */
export const deleteDueAccounts = async (
  deps: DeleteAccountDeps & { readonly closures: Pick<ClosureStore, 'listDue'> },
): Promise<number> => {
  let total = 0
  for (;;) {
    const now = deps.clock.now()
    const due = await deps.closures.listDue(now, accountsAtOnce)
    for (const id of due) {
      const refuse = async ({ closures }: Stores) => ((await closures.takeDue(id, now)) ? null : notFound)
      if ((await remove(deps, id, { by: 'owner', refuse })).ok) total += 1
    }
    if (due.length < accountsAtOnce) return total
  }
}

type Stores = DeleteAccountStores & { readonly closures: ClosureStore }

/** `refuse`, first in the transaction, says whether it may be done: of two jobs that want it one goes on. */
const remove = async (
  deps: DeleteAccountDeps,
  userId: UserId,
  {
    refuse,
    ...how
  }: EvenTheLast & {
    readonly by: string
    readonly context?: Context
    readonly refuse: (stores: Stores) => Promise<ActorRefusal | null>
  },
): Promise<{ readonly ok: true; readonly value: undefined } | NotFound | LastAdministrator | ActorRefusal> => {
  const now = deps.clock.now()
  const committed = deps.transact(
    async (stores) => (await refuse(stores)) ?? (await removeWithAll(stores, userId, { now, ...how })) ?? notFound,
  )
  const gone = await orAlarm(deps.log, { reason: 'account_deleted', user: userId }, committed)
  if (gone === 'last_administrator') return lastAdministrator
  if ('error' in gone) return gone
  deps.identitiesGone(gone.identities)
  await announceAccount(deps, userId, gone.ended)
  return { ok: true, value: undefined }
}

export type Gone = { readonly ended: readonly SessionId[]; readonly identities: readonly Identity[] }

/**
 * Removes an account and what hangs on it, in a transaction. Gives the sessions that ended, which are announced after the commit,
 * and the identities that went, which `identitiesGone` is told of then. Null: there is no such account. `last_administrator`: nobody
 * could manage roles afterwards, and nothing was done. `reason`: for the record, where it was not asked for by name.
 */
export const removeWithAll = async (
  { accounts, sessions, identities, outbox, roles, audit }: DeleteAccountStores,
  userId: UserId,
  {
    now,
    by,
    context = noContext,
    leaveNoAdministrator = false,
    ...why
  }: EvenTheLast & {
    readonly now: number
    readonly by: string
    readonly context?: Context
    readonly reason?: string
  },
): Promise<Gone | null | 'last_administrator'> => {
  const mustStay = !leaveNoAdministrator && (await accounts.lockActive(userId)) !== null
  if (mustStay && (await isLastAdministrator(roles, userId))) return 'last_administrator'
  // Disabled first, which holds the row: no sign-in can begin a session between the end of the others and the removal,
  // which other nodes would go on trusting for as long as they hold it.
  await accounts.setActive(userId, false, now)
  const account = await accounts.findById(userId)
  const revoked = await sessions.revokeAllOfUser(userId, 'account_deleted', now, null)
  await recordRevocations(audit, revoked, { reason: 'account_deleted', now, context, by })
  if (!account) return null
  await accounts.clearAllAttempts(userId, [emailHash({ key: account.emailKey }), strangersAtCodes(userId)])
  const disconnected = await identities.listOfUser(userId)
  if (!(await accounts.delete(userId))) return null
  await outbox.deleteOf(userId)
  const act = { action: 'user:delete', at: now, userId, resource: 'user', resourceId: userId }
  await audit.append([auditEntry(context, { ...act, details: { by, endedSessions: revoked.length, ...why } })])
  await audit.pseudonymise(userId)
  return { ended: revoked.map(({ id }) => id), identities: disconnected }
}

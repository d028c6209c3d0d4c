import type { Actor } from '../audit/actor.ts'
import type { UserId } from '../primitives/ids.ts'
import { orAlarm } from '../sessions/or-alarm.ts'
import {
  type AccountActDeps,
  announceAccount,
  endSessions,
  entryOf,
  type NotFound,
  notFound,
} from './acts-on-accounts.ts'

/** Removes an account and what hangs on it. Its audit entries stay. */
export const deleteAccount = async (
  deps: AccountActDeps,
  id: UserId,
  by: Actor,
): Promise<{ readonly ok: true; readonly value: undefined } | NotFound> => {
  const act = { id, by, now: deps.clock.now() }
  const committed = deps.transact(async ({ accounts, sessions, pendingSignIns, audit }) => {
    // Disabled first, which holds the row: no sign-in can begin a session between the end of the others and the removal,
    // which other nodes would go on trusting for as long as they hold it.
    await accounts.setActive(id, false, act.now)
    const revoked = await endSessions({ sessions, pendingSignIns, audit }, act, 'account_deleted')
    if (!(await accounts.delete(id))) return null
    await audit.append([entryOf('user:delete', act, { endedSessions: revoked.length })])
    return revoked
  })
  const ended = await orAlarm(deps.log, { reason: 'account_deleted', user: id }, committed)
  if (ended === null) return notFound
  await announceAccount(deps, id, ended)
  return { ok: true, value: undefined }
}

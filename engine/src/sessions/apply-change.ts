// Carries a decision's change out: one conditional UPDATE, and what hangs on it in the same transaction.
import type { AuditStore } from '../audit/store.ts'
import type { Channel } from '../primitives/channel.ts'
import type { Log } from '../primitives/log.ts'
import type { Transact } from '../primitives/transact.ts'
import { announce } from './announce.ts'
import type { SessionChange, SessionRow, SessionStore } from './store.ts'

export type ApplyDeps = {
  readonly sessions: SessionStore
  readonly transact: Transact<{ sessions: SessionStore; audit: AuditStore }>
  readonly channel: Channel
  readonly log: Log
}

/** Whether the change says that a token of this session was proven to have arrived. */
const proves = (change: SessionChange): boolean =>
  typeof change.winner === 'number' || typeof change.previousWinner === 'number'

/**
 * False where the row changed meanwhile: read again and decide again. The first proof that an elevated session's token
 * arrived ends the session it replaces, which lived on till then (PROTOCOL.md, "Elevation").
 */
export const applyChange = async (
  deps: ApplyDeps,
  read: SessionRow,
  change: SessionChange,
  now: number,
): Promise<boolean> => {
  const { replaces } = read
  if (replaces === null || !proves(change)) {
    const changed = await deps.sessions.change(read, change, now)
    if (changed) await announce(deps, [read.id])
    return changed
  }
  const revoked = await deps.transact(async ({ sessions }) => {
    if (!(await sessions.change(read, { ...change, replaces: null }, now))) return null
    return sessions.revoke([replaces], 'replaced', now)
  })
  if (revoked) await announce(deps, [read.id, replaces])
  return revoked !== null
}

// Carries a decision's change out: one conditional UPDATE, and what hangs on it in the same transaction.
import type { Context } from '../audit/entry.ts'
import type { AuditEntry, AuditStore } from '../audit/store.ts'
import type { Channel } from '../primitives/channel.ts'
import type { Log } from '../primitives/log.ts'
import type { Transact } from '../primitives/transact.ts'
import { announce } from './announce.ts'
import { recordRevocations } from './revoke.ts'
import type { SessionChange, SessionRow, SessionStore } from './store.ts'

export type ApplyDeps = {
  readonly sessions: SessionStore
  readonly transact: Transact<{ sessions: SessionStore; audit: AuditStore }>
  readonly channel: Channel
  readonly log: Log
}

export type Circumstances = {
  readonly now: number
  readonly context: Context
  /** Put on record with the change, or the change is not made. */
  readonly entries?: readonly AuditEntry[]
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
  { now, context, entries = [] }: Circumstances,
): Promise<boolean> => {
  const replaced = proves(change) ? read.replaces : null
  const write = async (sessions: SessionStore) =>
    sessions.change(read, replaced === null ? change : { ...change, replaces: null }, now)
  const changed =
    replaced === null && entries.length === 0
      ? await write(deps.sessions)
      : await deps.transact(async ({ sessions, audit }) => {
          if (!(await write(sessions))) return false
          const ended = replaced === null ? [] : await sessions.revoke([replaced], 'replaced', now)
          await recordRevocations(audit, ended, { reason: 'replaced', now, context })
          await audit.append(entries)
          return true
        })
  if (changed) await announce(deps, replaced === null ? [read.id] : [read.id, replaced])
  return changed
}

// What the engine has to do with a backup (OPS-8): a restore is on record, and revives nobody's session.
import { type Actor, nameActor } from '../audit/actor.ts'
import { auditEntry, noContext } from '../audit/entry.ts'
import { type RestoreDetails, restoreAction } from '../audit/restore-entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Transact } from '../primitives/transact.ts'
import type { SessionStore } from '../sessions/store.ts'

export type Backups = {
  /**
   * Puts on record that this database was restored from a backup, and ends every session in the same transaction unless they are
   * kept: a backup revives what was ended after it. `position`: of the last entry of the audit log in the backup. For a database that
   * no node works on: none is told.
   */
  restored(
    input: {
      readonly backup: string
      readonly takenAt: number
      readonly position: number
      readonly keepSessions: boolean
    },
    by: Actor,
  ): Promise<void>
}

export const createBackups = (deps: {
  readonly transact: Transact<{ sessions: SessionStore; audit: AuditStore }>
  readonly clock: Clock
}): Backups => ({
  restored: ({ backup, takenAt, position, keepSessions }, by) =>
    deps.transact(async ({ sessions, audit }) => {
      const at = deps.clock.now()
      if (!keepSessions) await sessions.revokeEveryones('ended_by_operator', at)
      const details: RestoreDetails = {
        position,
        backup,
        taken: new Date(takenAt).toISOString(),
        sessions: keepSessions ? 'kept' : 'ended',
        by: nameActor(by),
      }
      await audit.append([auditEntry(noContext, { action: restoreAction, at, details })])
    }),
})

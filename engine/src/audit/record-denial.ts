// Denied access is on record once in a window (S-90): an entry for each time would let anyone who is signed in fill the table.
import type { Clock } from '../primitives/clock.ts'
import { createDeadline } from '../primitives/deadline.ts'
import type { Log } from '../primitives/log.ts'
import { createOnceInWindow } from './once-in-window.ts'
import type { AuditEntry, AuditStore } from './store.ts'

const windowMs = 15 * 60_000
const recordWithinMs = 1_000

/** Where it can't be put on record the log says so, and the refusal stands. `key`: who was denied what. */
export type RecordDenial = (key: string, entry: AuditEntry) => Promise<void>

export const createRecordDenial = (deps: {
  readonly audit: AuditStore
  readonly clock: Clock
  readonly log: Log
}): RecordDenial => {
  const once = createOnceInWindow(deps.clock)
  return async (key, entry) => {
    const write = () => createDeadline(recordWithinMs).bound(() => deps.audit.append([entry]))
    try {
      await once(key, windowMs, write)
    } catch (error) {
      deps.log.warn({ err: error }, 'a denied access could not be put on record')
    }
  }
}

// Limits that were hit are on record once in their window. The log has every request.
import type { Verdict } from '../limits/limiter.ts'
import type { Clock } from '../primitives/clock.ts'
import { createDeadline } from '../primitives/deadline.ts'
import type { Log } from '../primitives/log.ts'
import { createOnceInWindow } from './once-in-window.ts'
import type { AuditEntry, AuditStore } from './store.ts'

/** Limits go on while the database is down: whoever was refused does not wait for it. */
const recordWithinMs = 1_000

/**
 * Puts a refusal on record, if this node has not done so in the window of its limit. `key`: what the limit counts by. Where
 * that can't be done the log says so, and the refusal stands: a full record or a frozen database must not weaken a limit.
 */
export type RecordLimit = (hit: { readonly verdict: Verdict; readonly key: string }, entry: AuditEntry) => Promise<void>

export const createRecordLimit = (deps: {
  readonly audit: AuditStore
  readonly clock: Clock
  readonly log: Log
}): RecordLimit => {
  const once = createOnceInWindow(deps.clock)
  return async ({ verdict, key }, entry) => {
    const write = () => createDeadline(recordWithinMs).bound(() => deps.audit.append([entry]))
    try {
      await once(`${verdict.rule} ${key}`, verdict.resetSeconds * 1000, write)
    } catch (error) {
      deps.log.warn({ err: error, rule: verdict.rule }, 'a limit that was hit could not be put on record')
    }
  }
}

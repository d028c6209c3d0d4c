// Limits that were hit are on record once in their window: an entry for each refused request would let anyone fill the table.
// The log has every request.
import type { Verdict } from '../limits/limiter.ts'
import type { Clock } from '../primitives/clock.ts'
import { createDeadline } from '../primitives/deadline.ts'
import type { Log } from '../primitives/log.ts'
import type { AuditEntry, AuditStore } from './store.ts'

/** Limits go on while the database is down: whoever was refused does not wait for it. */
const recordWithinMs = 1_000
/** Limits remembered as recorded; beyond so many the oldest is forgotten, and recorded again. */
const maxRemembered = 10_000

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
  const recordedUntil = new Map<string, number>()
  return async ({ verdict, key }, entry) => {
    const id = `${verdict.rule} ${key}`
    const now = deps.clock.now()
    if ((recordedUntil.get(id) ?? 0) > now) return
    recordedUntil.delete(id)
    const oldest = recordedUntil.size >= maxRemembered ? recordedUntil.keys().next().value : undefined
    if (oldest !== undefined) recordedUntil.delete(oldest)
    // Before the entry is written: of a thousand parallel refusals one writes.
    recordedUntil.set(id, now + verdict.resetSeconds * 1000)
    try {
      await createDeadline(recordWithinMs).bound(() => deps.audit.append([entry]))
    } catch (error) {
      recordedUntil.delete(id)
      deps.log.warn({ err: error, rule: verdict.rule }, 'a limit that was hit could not be put on record')
    }
  }
}

// What an operator has to mend, and every request would say again.
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

/** To the log, as an error with an `alert`: once an hour for the same fields. */
export type Alarm = (fields: { readonly alert: string } & Readonly<Record<string, string>>, message: string) => void

const quietMs = 3_600_000
const maxHeld = 100

export const createAlarm = ({ clock, log }: { readonly clock: Clock; readonly log: Log }): Alarm => {
  const raisedAt = new Map<string, number>()
  return (fields, message) => {
    const key = JSON.stringify(fields)
    const at = raisedAt.get(key)
    if (at !== undefined && clock.now() - at < quietMs) return
    raisedAt.delete(key)
    if (raisedAt.size >= maxHeld) raisedAt.delete(raisedAt.keys().next().value as string)
    raisedAt.set(key, clock.now())
    log.error(fields, message)
  }
}

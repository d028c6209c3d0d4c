// What could not be sent to those who watch from outside: a watcher that is away must not fill the log.
import type { Meter } from '@vigile/engine'
import type { Log } from '../log/log.ts'
import { scrub } from './scrub.ts'

const sayEveryMs = 3_600_000
const maxReason = 300

const names = { otlp: 'OpenTelemetry', sentry: 'Sentry' } as const

export type Unsent = (reason: string) => void

/** Counts each time; the log says it at the first, and once an hour while it goes on. */
export const createUnsent = (
  to: keyof typeof names,
  { log, meter, now = () => performance.now() }: { log: Log; meter: Meter | undefined; now?: () => number },
): Unsent => {
  let saidAt = Number.NEGATIVE_INFINITY
  return (reason) => {
    meter?.add('telemetry_failures_total', { to })
    if (now() - saidAt < sayEveryMs) return
    saidAt = now()
    log.warn({ reason: scrub(reason).slice(0, maxReason) }, `${names[to]} does not take what is sent`)
  }
}

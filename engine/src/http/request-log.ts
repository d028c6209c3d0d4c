// What is told of requests: a line for each (OPS-4) and another for each fault, and figures (OPS-5).
import type { LabelsOf } from '../meter/catalogue.ts'
import { countRequest } from '../meter/count-request.ts'
import type { Meter } from '../meter/meter.ts'
import type { Log } from '../primitives/log.ts'
import { StoreBrokenError, UnavailableError } from '../primitives/unavailable.ts'
import type { Caller } from './call.ts'
import { type Outcome, type Refusal, refuse } from './outcome.ts'
import type { Route } from './route.ts'

/** A request that was answered. `route` null: there is none for it. */
export type Answered = {
  readonly route: Pick<Route, 'name' | 'endpoint'> | null
  readonly method: string
  readonly status: number
  readonly outcome: Outcome
  /** As `performance.now()` told it. */
  readonly startedAt: number
}

export type LogRequest = (caller: Caller, answered: Answered) => void

export const createLogRequest =
  (log: Log, meter: Meter): LogRequest =>
  ({ requestId, path, context }, { route, method, status, outcome, startedAt }) => {
    const took = performance.now() - startedAt
    const ms = Math.round(took * 10) / 10
    countRequest(meter, { path: route?.endpoint.path ?? 'other', method, status, seconds: took / 1000 })
    if (route?.name === 'refresh') meter.add('refreshes_total', { outcome: refreshOutcome(outcome) })
    log.info({ requestId, method, path: loggable(path), status, ms, ip: context.ip }, 'request')
  }

/** Writes a fault down, with the request's id, and says what it is answered. */
export type LogFault = (caller: Pick<Caller, 'requestId' | 'path'>, error: unknown) => Refusal

export const createLogFault =
  (log: Log): LogFault =>
  ({ requestId, path }, err) => {
    const isUnavailable = err instanceof UnavailableError
    const fields = { err, requestId, path: loggable(path) }
    if (err instanceof StoreBrokenError) log.error(fields, 'a part is broken')
    else if (isUnavailable) log.warn(fields, 'a part is down')
    else log.error(fields, 'a fault')
    return refuse(isUnavailable ? 'unavailable' : 'internal_error')
  }

/** A path for one line of a log: the router decodes `%0a`, and a log may be text (S-90). */
const loggable = (path: string): string => (plain.test(path) ? path : encodeURI(path.slice(0, 256).toWellFormed()))
const plain = /^[\w./-]{0,256}$/

const refreshOutcome = (outcome: Outcome): LabelsOf<'refreshes_total'>['outcome'] => {
  if (outcome.kind === 'answer')
    return (outcome.json as { rotated?: boolean } | undefined)?.rotated ? 'rotated' : 'kept'
  if (outcome.code === 'session_ended') return outcome.reason === 'reuse' ? 'reuse' : 'ended'
  if (outcome.code === 'stale_token') return 'stale'
  if (outcome.code === 'invalid_token') return 'invalid'
  return outcome.code === 'internal_error' || outcome.code === 'unavailable' ? 'failed' : 'refused'
}

// What is written of requests: a line for each (OPS-4), and another for each fault.
import type { Log } from '../primitives/log.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import type { Caller } from './call.ts'
import { type Refusal, refuse } from './outcome.ts'

export type LogRequest = (caller: Caller, method: string, status: number, startedAt: number) => void

export const createLogRequest =
  (log: Log): LogRequest =>
  ({ requestId, path, context }, method, status, startedAt) => {
    const ms = Math.round((performance.now() - startedAt) * 10) / 10
    log.info({ requestId, method, path: loggable(path), status, ms, ip: context.ip }, 'request')
  }

/** Writes a fault down, with the request's id, and says what it is answered. */
export type LogFault = (caller: Pick<Caller, 'requestId' | 'path'>, error: unknown) => Refusal

export const createLogFault =
  (log: Log): LogFault =>
  ({ requestId, path }, err) => {
    const isPassing = err instanceof UnavailableError
    if (isPassing) log.warn({ err, requestId, path: loggable(path) }, 'a part is down')
    else log.error({ err, requestId, path: loggable(path) }, 'a fault')
    return refuse(isPassing ? 'unavailable' : 'internal_error')
  }

/** A path for one line of a log: the router decodes `%0a`, and a log may be text (S-90). */
const loggable = (path: string): string => (plain.test(path) ? path : encodeURI(path.slice(0, 256).toWellFormed()))
const plain = /^[\w./-]{0,256}$/

import { methods, patternOf, statuses } from './catalogue.ts'
import type { Meter } from './meter.ts'

/**
 * Counts a request that was answered. `path`: that of its endpoint, or `page`, `file` or `other`; never what was asked for.
 *
 * @example
 * countRequest(meter, { path: 'page', method: request.method, status: 200, seconds: 0.004 })
 */
export const countRequest = (
  meter: Meter,
  { path, method, status, seconds }: { path: string; method: string; status: number; seconds: number },
): void => {
  const route = patternOf(path)
  const labels = { route, method: oneOf(methods, method), status: oneOf(statuses, String(status)) }
  meter.add('http_requests_total', labels)
  meter.record('http_request_duration_seconds', { route }, seconds)
}

const oneOf = <Known extends string>(known: readonly Known[], text: string): Known | 'other' =>
  known.find((one) => one === text) ?? 'other'

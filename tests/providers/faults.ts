// What goes wrong at a provider, as a test orders it: so many times, or until it is mended.
import type { ServerResponse } from 'node:http'

/**
 * A number is a status with an empty body. `hang` never answers; `stall` stops in the middle of the body; `cut` breaks the
 * connection there; `broken` is no JSON; `huge` is 2 MiB of it. `{ after, status? }` waits for something, then answers as ever, or with that status.
 * `{ status?, headers?, body? }` changes that of the right answer. `none` is the right answer.
 */
export type Fault =
  | number
  | 'none'
  | 'hang'
  | 'stall'
  | 'cut'
  | 'broken'
  | 'huge'
  | { readonly after: Promise<unknown>; readonly status?: number }
  | {
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: unknown
    }

export type Faults = {
  /** The next answers of that endpoint, in this order. */
  next(endpoint: string, ...faults: Fault[]): void
  /** All answers of that endpoint (`*`: of every one that has no fault of its own), until it is mended. */
  always(endpoint: string, fault: Fault): void
  /** One endpoint, or all. */
  mend(endpoint?: string): void
}

export const createFaults = (): Faults & { take(endpoint: string): Fault } => {
  const queued = new Map<string, Fault[]>()
  const lasting = new Map<string, Fault>()
  return {
    next: (endpoint, ...faults) => void queued.set(endpoint, [...(queued.get(endpoint) ?? []), ...faults]),
    always: (endpoint, fault) => void lasting.set(endpoint, fault),
    mend: (endpoint) => {
      for (const map of [queued, lasting]) endpoint === undefined ? map.clear() : map.delete(endpoint)
    },
    take: (endpoint) => queued.get(endpoint)?.shift() ?? lasting.get(endpoint) ?? lasting.get('*') ?? 'none',
  }
}

/** Plays those that are no answer at all, or not one that can be read. */
export const playBroken = (fault: 'hang' | 'stall' | 'cut' | 'broken' | 'huge', response: ServerResponse): void => {
  if (fault === 'hang') return
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  if (fault === 'broken') return void response.end('{"id": "1')
  if (fault === 'huge') return void response.end(JSON.stringify({ filling: 'x'.repeat(2 * 1_048_576) }))
  response.write('{"id": "1', () => {
    if (fault === 'cut') response.destroy()
  })
}

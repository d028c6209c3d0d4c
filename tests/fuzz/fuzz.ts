// Whatever is sent to whatever route, it is answered, as documented, and never by a fault.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { alertRules } from '@vigile/contract'
import fc from 'fast-check'
import { expect } from 'vitest'
import { openDocumentedSite } from '../http/documented.ts'
import type { StoreKind } from '../support/site.ts'
import { createCrowd } from './crowd.ts'
import { type Document, shotsOf } from './shots.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const heapMiB = () => {
  collectGarbage()
  return process.memoryUsage().heapUsed / 2 ** 20
}

/** How many requests; more with FUZZ_REQUESTS, others with FUZZ_SEED. */
export const requests = Number(process.env.FUZZ_REQUESTS ?? 50_000)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)

/**
 * What the operator is told of without any fault: tokens that were copied, lost or not proven, passkeys whose counter went back;
 * letters whose hour is over because the clock was moved before they went out; and all that is suspicious, but for the record itself.
 */
const events = new Set([
  ...['session_reuse', 'many_siblings', 'proof_refused', 'passkey_counter', 'mail_expired'],
  ...Object.keys(alertRules).filter((rule) => !rule.startsWith('audit_')),
])

export const fuzz = async (kind: StoreKind): Promise<void> => {
  const complaints: string[] = []
  const complain = (fields: { event?: string; alert?: string }, message: string) => {
    if (!events.has(fields.event ?? fields.alert ?? '')) complaints.push(`${message} ${JSON.stringify(fields)}`)
  }
  const quiet = () => {}
  const site = await openDocumentedSite(kind, {
    allowedOrigins: ['http://localhost:4000'],
    log: { debug: quiet, info: quiet, warn: complain, error: complain },
  })
  // Few addresses, so that limits are met.
  let browsers = 0
  const { fire } = createCrowd(() => site.visitor(`203.0.113.${browsers++ % 3}`))
  const statuses = new Set<number>()
  const heap: number[] = []
  let sent = 0
  const property = fc.asyncProperty(shotsOf(site.document as unknown as Document), async (shot) => {
    sent += 1
    if (sent % Math.ceil(requests / 10) === 0) heap.push(heapMiB())
    // Tokens grow old enough to rotate; limits fill up, and an hour later there is room again.
    if (sent % 100 === 0) site.move(sent % 2000 === 0 ? 61 * 60_000 : 61_000)
    const { status } = await fire(shot)
    statuses.add(status)
    // The browser's own refresh is told of a limit by 503: a 4xx would end its session (decisions/0012). A fault would be logged.
    const isLimit = status === 503 && /dbsc/i.test(decodeURIComponent(shot.path))
    if ((status >= 500 && !isLimit) || complaints.length > 0)
      throw new Error(`answered ${status}; ${complaints.join('\n')}`)
  })
  try {
    await fc.assert(property, { numRuns: requests, timeout: 30_000, seed })
    // It was not all refused at the door.
    for (const status of [200, 201, 204, 400, 401, 403, 404, 405, 409, 429])
      expect(statuses, `seed ${seed}`).toContain(status)
    expect((await site.visitor().get('/health/ready')).status).toBe(200)
    // What grows with each request would show: the second half holds no more than the first, but for noise.
    const [half = 0] = heap.slice(4)
    expect(heap.at(-1), `heap in MiB: ${heap.map(Math.round)}`).toBeLessThan(half + 12)
  } finally {
    await site.close()
  }
}

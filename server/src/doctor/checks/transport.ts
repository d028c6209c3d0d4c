// HTTPS as a stranger finds it: forced, with HSTS, without old versions, with a certificate that goes on.
import type { Answer } from '../ask.ts'
import { type Check, fail, pass, warn } from '../finding.ts'
import { seenOf } from './seen.ts'

const daySeconds = 86_400
/** The least that browsers' preload lists take. */
const leastHstsSeconds = 365 * daySeconds
const warnDays = 14

export const checkTransport: Check = (facts, { transport: say, reach }) => {
  const { outside, now } = facts
  if (typeof outside?.seen === 'string') return [fail(reach.failed(outside.url, outside.seen), reach.todo)]
  const seen = seenOf(facts)
  if (!seen || !outside) return []
  const { plain, tls, page } = seen
  if (!tls) return [fail(say.plain(outside.url), say.usePlainNever)]
  const days = tls.validTo === null ? null : Math.floor((tls.validTo - now) / (daySeconds * 1000))
  const hsts = hstsSeconds(page)
  const found = [
    ...(plain && !isForced(plain, outside.url) ? [fail(say.notForced(plain.status), say.force)] : []),
    ...(hsts < leastHstsSeconds ? [fail(say.noHsts(hsts), say.sendHsts)] : []),
    ...(tls.takesOld ? [fail(say.oldTls, say.newTls)] : []),
    ...(days !== null && days < warnDays ? [warn(say.certificateEnds(days), say.renew)] : []),
  ]
  return found.length > 0 ? found : [pass(say.good(plain?.status ?? null, Math.floor(hsts / daySeconds)))]
}

const isForced = ({ status, headers }: Answer, url: string): boolean =>
  [301, 307, 308].includes(status) && (headers.location ?? '').startsWith(`${url}/`)

const hstsSeconds = ({ headers }: Answer): number =>
  Number(/max-age="?(\d+)/i.exec(headers['strict-transport-security'] ?? '')?.[1] ?? 0)

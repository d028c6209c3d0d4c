// HTTPS as a stranger finds it: forced, with HSTS, without old versions, with a certificate that goes on.
import type { Answer } from '../ask.ts'
import { type Check, fail, pass, warn } from '../finding.ts'
import { seenOf } from './seen.ts'

const daySeconds = 86_400
/** The least that browsers' preload lists take. */
const leastHstsSeconds = 365 * daySeconds
const dayMs = daySeconds * 1000
/** Certificates of a few days are renewed within them: of those, the last part of their life. */
const ends = { warn: { days: 21, part: 1 / 4 }, fail: { days: 3, part: 1 / 10 } } as const

export const checkTransport: Check = (facts, { transport: say, reach }) => {
  const { outside, now } = facts
  if (outside && 'why' in outside.seen) {
    const { why, code } = outside.seen
    return [fail(reach.failed(outside.url, why), reach.todos[faults[code ?? ''] ?? 'other'])]
  }
  const seen = seenOf(facts)
  if (!seen || !outside) return []
  const { plain, tls, page } = seen
  if (!tls) return [fail(say.plain(outside.url), say.usePlainNever)]
  const { certificate } = tls
  const days = certificate && Math.max(0, Math.floor((certificate.validTo - now) / dayMs))
  const hsts = hstsSeconds(page)
  const found = [
    ...(plain && !isForced(plain, outside.url) ? [fail(say.notForced(plain.status), say.force)] : []),
    ...(hsts < leastHstsSeconds ? [fail(say.noHsts(hsts), say.sendHsts)] : []),
    ...(tls.takesOld ? [fail(say.oldTls, say.newTls)] : []),
    ...(certificate && days !== null && isNear(certificate, now, ends.warn)
      ? [(isNear(certificate, now, ends.fail) ? fail : warn)(say.certificateEnds(days), say.renew)]
      : []),
  ]
  return found.length > 0 ? found : [pass(say.good(plain?.status ?? null, Math.floor(hsts / daySeconds)))]
}

/** What Node's codes say of a certificate. */
const faults: Readonly<Record<string, 'chain' | 'expired' | 'name' | 'unknown'>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'chain',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'chain',
  UNABLE_TO_GET_ISSUER_CERT: 'chain',
  CERT_HAS_EXPIRED: 'expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'unknown',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown',
}

const isNear = (
  { validFrom, validTo }: NonNullable<Answer['certificate']>,
  now: number,
  { days, part }: { readonly days: number; readonly part: number },
): boolean => validTo - now < Math.min(days * dayMs, (validTo - validFrom) * part)

/** 302 and 303 lead there as well; a form that is posted to plain HTTP has been read by then, whatever the status. */
const isForced = ({ status, headers }: Answer, url: string): boolean =>
  [301, 302, 303, 307, 308].includes(status) && (headers.location ?? '').startsWith(`${url}/`)

const hstsSeconds = ({ headers }: Answer): number =>
  Number(/max-age="?(\d+)/i.exec(headers['strict-transport-security'] ?? '')?.[1] ?? 0)

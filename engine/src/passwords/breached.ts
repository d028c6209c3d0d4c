// Asks a breach service whether a password is known to thieves, without telling it the password (S-6, ASVS 6.2.12).

import { createHash } from 'node:crypto'
import { requireInteger } from '../primitives/require-integer.ts'
import { isSafeUrl } from '../primitives/safe-url.ts'
import { normalizePassword } from './normalize-password.ts'

// A padded answer has about 1,000 lines of 40 bytes.
const maxAnswerBytes = 256 * 1024

export type BreachCheckFailure = 'timeout' | 'network' | 'status' | 'too_large' | 'malformed'

export type BreachCheckDeps = {
  /** Where the range query is asked: five hexadecimal digits are appended. https, or http to a loopback host. */
  url: string
  /** For the whole answer, 100 to 10,000 ms. */
  timeoutMs: number
  fetch: typeof globalThis.fetch
  log: { warn(details: { failure: BreachCheckFailure; status?: number }, message: string): void }
}

/** `unknown`: the service could not be asked. The password is let through then (ACC-2: fails open), and it was logged. */
export type BreachAnswer = 'breached' | 'clear' | 'unknown'

/**
 * Makes the breach check: a k-anonymity range query, as "Pwned Passwords" answers it. The service sees the first 5 of 40
 * hexadecimal digits of the SHA-1 of the NFC form, and is asked to pad its answer so that its size tells nothing.
 * Throws at start on an address or time that can't be right. The check itself never throws.
 *
 * @example
 * const check = createBreachCheck({ url: 'https://api.pwnedpasswords.com/range/', timeoutMs: 2000, fetch, log })
 * if ((await check(password)) === 'breached') faults.push({ code: 'breached' })
 */
export function createBreachCheck(deps: BreachCheckDeps): (password: string) => Promise<BreachAnswer> {
  const base = requireRangeUrl(deps.url)
  const timeoutMs = requireInteger('passwords.breachUrl: timeoutMs', deps.timeoutMs, { min: 100, max: 10_000 })

  return async (password) => {
    const normalized = normalizePassword(password)
    if (!normalized.ok) return 'clear' // checkPassword refuses it with a better reason
    const digest = createHash('sha1').update(normalized.password, 'utf8').digest('hex').toUpperCase()
    const asked = await askRange(deps.fetch, new URL(digest.slice(0, 5), base), timeoutMs)
    if (!asked.ok) {
      // Neither the prefix nor the address with it: together with the time, they would point at one user's password.
      const { failure, status } = asked
      deps.log.warn(
        status === undefined ? { failure } : { failure, status },
        'breach check failed, password let through',
      )
      return 'unknown'
    }
    return asked.suffixes.has(digest.slice(5)) ? 'breached' : 'clear'
  }
}

type RangeAnswer =
  | { ok: true; suffixes: ReadonlySet<string> }
  | { ok: false; failure: BreachCheckFailure; status?: number }

async function askRange(fetch: typeof globalThis.fetch, url: URL, timeoutMs: number): Promise<RangeAnswer> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const headers = { 'Add-Padding': 'true', 'User-Agent': 'Vigile' }
    const response = await fetch(url, { headers, redirect: 'error', signal })
    if (response.status !== 200) {
      await response.body?.cancel()
      return { ok: false, failure: 'status', status: response.status }
    }
    const text = await readBounded(response)
    return text === undefined ? { ok: false, failure: 'too_large' } : parseRange(text)
  } catch {
    return { ok: false, failure: signal.aborted ? 'timeout' : 'network' }
  }
}

async function readBounded(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxAnswerBytes) return undefined // leaving the loop cancels the rest
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('latin1')
}

// One line that is none makes the whole answer void: a login page of some proxy must not read as "clear".
function parseRange(text: string): RangeAnswer {
  const suffixes = new Set<string>()
  for (const line of text.split(/\r?\n/)) {
    if (line === '') continue
    const [, suffix, count] = /^([0-9A-F]{35}):(\d{1,12})$/i.exec(line) ?? []
    if (suffix === undefined) return { ok: false, failure: 'malformed' }
    if (Number(count) > 0) suffixes.add(suffix.toUpperCase()) // padding has count 0
  }
  return { ok: true, suffixes }
}

/** The address as a URL that ends in `/`; throws TypeError on one that can't be right, without repeating it. */
export function requireRangeUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !isSafeUrl(url) || url.username || url.password || url.search || url.hash) {
    // The address is not repeated: it may hold a password.
    throw new TypeError(
      'passwords.breachUrl must be an https address (http for a loopback host) without user, query or fragment, ' +
        'such as https://api.pwnedpasswords.com/range/',
    )
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

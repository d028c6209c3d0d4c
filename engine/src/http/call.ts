// One request, as far as it has been understood before any handler sees it.
import { randomUUID } from 'node:crypto'
import type { Locale } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { RecordLimit } from '../audit/limit-record.ts'
import { type Limiter, noLimits, type Verdict } from '../limits/limiter.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import { addressKey, clientAddress, type Networks, plainAddress } from './client-address.ts'
import type { Cookies, Jar } from './cookies.ts'
import { preferredLocale } from './locale.ts'
import { type Refusal, refuse } from './outcome.ts'

/** What the transport knows of a request besides the request itself. */
export type Peer = {
  /** The address of the socket's other end. Without it no limit counts by address. */
  readonly address?: string
}

/** Who asks, whatever the request is made of. */
export type Caller = {
  readonly path: string
  readonly requestId: string
  /** What limits count the client by; null: the transport does not tell. */
  readonly clientKey: string | null
  /** Whether a trusted proxy asks: what it says of the request that it got counts. */
  readonly fromProxy: boolean
  /** Counts this call; for an address that is never limited (LIM-6) it counts nothing. */
  readonly limiter: Limiter
  /** Refuses what a limit refused, which is then on record (AUD-2). `key`: what the limit counts by. */
  limited(verdict: Verdict, key: string): Promise<Refusal>
  readonly context: Context & { readonly locale: Locale }
  readonly jar: Jar
}

export type Call = Caller & {
  readonly request: Request
  /** Milliseconds until the answer is 503 in any case: whoever waits for others plans with them. */
  leftMs(): number
}

export type ReadCaller = (headers: Pick<Headers, 'get'>, path: string, peer: Peer) => Caller

export type CallerDeps = {
  readonly cookies: Cookies
  readonly limiter: Limiter
  readonly recordLimit: RecordLimit
  readonly clock: Clock
  readonly trustedProxies: Networks
  readonly unlimited: Networks
  readonly locales: readonly Locale[]
  readonly log: Log
}

export const createReadCaller = (deps: CallerDeps): ReadCaller => {
  let warned = false
  /** Whoever mounts the engine without the socket's address has no limit by address: that must be seen. */
  const warnOnce = () => {
    if (!warned)
      deps.log.warn(
        { alert: 'limits_blind' },
        'no client address: limits by address count nothing. Pass `{ address }` to `fetch`, and listen on a port: a unix socket has none',
      )
    warned = true
  }

  return (headers, path, peer) => {
    const ip = clientAddress(peer.address, headers.get('x-forwarded-for'), deps.trustedProxies)
    if (ip === null) warnOnce()
    const proxy = peer.address === undefined ? null : plainAddress(peer.address)
    const requestId = randomUUID()
    const context = {
      ip,
      userAgent: headers.get('user-agent'),
      requestId,
      // Read by the few acts that write letters.
      get locale() {
        return preferredLocale(headers.get('accept-language'), deps.locales)
      },
    }
    return {
      path,
      requestId,
      clientKey: ip === null ? null : addressKey(ip),
      fromProxy: proxy !== null && deps.trustedProxies.contains(proxy),
      limiter: ip !== null && deps.unlimited.contains(ip) ? noLimits : deps.limiter,
      limited: async (verdict, key) => {
        const details = { rule: verdict.rule, path: path.slice(0, 256) }
        const act = { action: 'limit:refused', at: deps.clock.now(), details }
        await deps.recordLimit({ verdict, key }, auditEntry(context, act))
        return refuse('rate_limited', { verdict })
      },
      context,
      jar: deps.cookies.read(headers.get('cookie')),
    }
  }
}

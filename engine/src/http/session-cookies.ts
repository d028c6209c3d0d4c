// Which cookies go with which answer (SPEC section 16). A refresh or ack answer never clears one (I3).
import type { DerivedKeys } from '../keys/derive.ts'
import { lifeMs } from '../one-time-tokens/one-time-token.ts'
import type { AccessGrant, RefreshGrant } from '../sessions/issue.ts'
import type { SessionRow } from '../sessions/store.ts'
import type { Cookies } from './cookies.ts'
import { createCsrfToken } from './csrf.ts'

export type Delivery = 'cookie' | 'body'

const deviceLifeSeconds = 400 * 86_400

export type SessionCookies = {
  /** The access token as a cookie, in cookie delivery. */
  access(grant: AccessGrant, now: number): readonly string[]
  /** The refresh cookie with its CSRF and hint cookies, up to the idle end. */
  refresh(grant: RefreshGrant, session: SessionRow, now: number): readonly string[]
  csrf(token: string, maxAgeSeconds: number): string
  device(token: string): string
  pending(token: string, maxAgeSeconds: number): string
  /** Says to the link that was asked for here that it was. */
  link(mark: string): string
  /** The sign-in that waited is done. */
  clearPending(): string
  /** At sign-out. */
  clear(): readonly string[]
}

export const createSessionCookies = (deps: {
  readonly cookies: Cookies
  readonly delivery: Delivery
  readonly csrfKey: () => DerivedKeys
}): SessionCookies => {
  const { cookies, delivery, csrfKey } = deps
  return {
    access: (grant, now) =>
      delivery === 'cookie' ? [cookies.set('access', grant.accessToken, (grant.accessExpiresAt - now) / 1000)] : [],
    refresh: (grant, session, now) => {
      const life = (session.idleExpiresAt - now) / 1000
      return [
        cookies.set('refresh', grant.refreshToken, life),
        cookies.set('csrf', createCsrfToken(csrfKey(), session.id), life),
        cookies.set('hint', '1', life),
      ]
    },
    csrf: (token, maxAgeSeconds) => cookies.set('csrf', token, maxAgeSeconds),
    device: (token) => cookies.set('device', token, deviceLifeSeconds),
    pending: (token, maxAgeSeconds) => cookies.set('pending', token, maxAgeSeconds),
    link: (mark) => cookies.set('link', mark, lifeMs.magic_link / 1000),
    clearPending: () => cookies.clear('pending'),
    clear: () => (['access', 'refresh', 'csrf', 'hint', 'pending', 'link'] as const).map(cookies.clear),
  }
}

// Who may pass. Every route names one of these; a route without one does not compile, and does not start (VAL-3).

import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import { chooseToken, type GenuineToken, readPresentation } from '../sessions/presented-token.ts'
import { fingerprintOf } from '../sessions/refresh-token.ts'
import { sessionEnd } from '../sessions/rotation.ts'
import type { SessionStore } from '../sessions/store.ts'
import { type VerifiedSession, type VerifyDeps, verifyAccess } from '../sessions/verify.ts'
import type { Call } from './call.ts'
import { readCsrf } from './csrf.ts'
import { isChangeAllowed, type Origins } from './origin.ts'
import { type Refusal, refuse } from './outcome.ts'

/** `sessionId`: whose session it is, where there is one. */
export type Passed<As> = { readonly kind: 'passed'; readonly as: As; readonly sessionId: SessionId | null }

/** What authorises a request. */
export type Means = 'accessCookie' | 'bearer' | 'refreshCookie'

export type Guard<As> = {
  /** What it demands, in words, for the list of routes. */
  readonly name: string
  /** Any of these lets a request pass; none: nothing is needed. */
  readonly by: readonly Means[]
  check(call: Call): Promise<Passed<As> | Refusal>
}

export type GuardDeps = VerifyDeps & {
  readonly keyring: Keyring
  readonly sessions: SessionStore
  readonly origins: Origins
  readonly recentSeconds: number
  readonly clock: Clock
  /** Whether an access cookie counts (cookie delivery), or only a bearer token. */
  readonly accessCookie: boolean
}

/** The refresh cookies that came with a request: the one that counts, and all whose MAC was right. */
export type Holder = { readonly token: GenuineToken; readonly all: readonly GenuineToken[] }

/** What a sign-out was sent. `fingerprint` is empty where no refresh cookie came. */
export type Leaving = { readonly fingerprint: string; readonly sessions: readonly SessionId[] }

export type Owner = { readonly userId: UserId; readonly sessionId: SessionId }

/** Access cookies of one name beyond so many are not looked at. What can't be one of ours costs nothing. */
const maxAccessCookies = 50

const passed = <As>(as: As, sessionId: SessionId | null = null): Passed<As> => ({ kind: 'passed', as, sessionId })

const bearerOf = (headers: Headers): string | null => {
  const authorization = headers.get('authorization')
  return authorization !== null && /^bearer /i.test(authorization) ? authorization.slice(7).trim() : null
}

export type Guards = ReturnType<typeof createGuards>

export const createGuards = (deps: GuardDeps) => {
  const { keyring, sessions, origins } = deps
  const csrfOf = ({ request, jar }: Call) => readCsrf(keyring, request.headers.get('x-csrf-token'), jar.csrf)

  /** The newest session of the access cookies that verify; a bearer token stands alone and ignores cookies. */
  const verified = async (call: Pick<Call, 'request' | 'jar'>): Promise<VerifiedSession | null> => {
    const bearer = bearerOf(call.request.headers)
    if (bearer !== null) {
      const verification = await verifyAccess(deps, bearer, 'bearer')
      return verification.ok ? verification.verified : null
    }
    if (!deps.accessCookie) return null
    let best: VerifiedSession | null = null
    for (const cookie of call.jar.access.slice(0, maxAccessCookies)) {
      const verification = await verifyAccess(deps, cookie, 'cookie')
      if (verification.ok && (!best || isNewer(verification.verified, best))) best = verification.verified
    }
    return best
  }

  /** For changes: among several access cookies the CSRF token says which session is meant. */
  const verifiedChange = async (call: Call): Promise<Passed<VerifiedSession> | Refusal> => {
    if (bearerOf(call.request.headers) !== null) {
      const session = await verified(call)
      return session ? passed(session, session.session.id) : refuse('unauthenticated')
    }
    if (!isChangeAllowed(call.request.headers, origins)) return refuse('origin_refused')
    if (!deps.accessCookie) return refuse('unauthenticated')
    const csrf = await csrfOf(call)
    let seen = false
    for (const cookie of call.jar.access.slice(0, maxAccessCookies)) {
      const verification = await verifyAccess(deps, cookie, 'cookie')
      if (!verification.ok) continue
      seen = true
      if (csrf.isBoundTo(verification.verified.session.id))
        return passed(verification.verified, verification.verified.session.id)
    }
    return refuse(seen ? 'csrf_failed' : 'unauthenticated')
  }

  /** The refresh cookie, with its CSRF token. Each refusal carries the fingerprint of what was presented. */
  const holderOf = async (call: Call): Promise<Passed<Holder> | Refusal> => {
    const presentation = await readPresentation(keyring, call.jar.refresh)
    switch (presentation.kind) {
      case 'none':
        return refuse('unauthenticated', { fingerprint: '' })
      case 'invalid':
        return refuse('invalid_token', { fingerprint: fingerprintOf(presentation.token) })
      case 'unknown_key':
        return refuse('unavailable')
      case 'genuine': {
        if (!isChangeAllowed(call.request.headers, origins)) return refuse('origin_refused')
        const csrf = await csrfOf(call)
        const token = await chooseToken(presentation.tokens, csrf.isBoundTo, sessions)
        return csrf.isBoundTo(token.sessionId)
          ? passed({ token, all: presentation.tokens }, token.sessionId)
          : refuse('csrf_failed')
      }
      default:
        return presentation satisfies never
    }
  }

  const access: readonly Means[] = deps.accessCookie ? ['accessCookie', 'bearer'] : ['bearer']

  return {
    /** Open to everyone: reads that tell nothing of anyone. */
    anyone: { name: 'anyone', by: [], check: async () => passed(null) } satisfies Guard<null>,

    /** Open to everyone, and counted by the session where a genuine refresh cookie came: neighbours don't use each other up. */
    anyBrowser: {
      name: 'anyone',
      by: [],
      check: async (call) => {
        const presentation = await readPresentation(keyring, call.jar.refresh)
        return passed(null, presentation.kind === 'genuine' ? presentation.tokens[0].sessionId : null)
      },
    } satisfies Guard<null>,

    /** Changes without a session (sign-in, sign-up): from our own pages, or from no browser at all. Login CSRF ends here. */
    ownPages: {
      name: 'own origin',
      by: [],
      check: async (call) => (isChangeAllowed(call.request.headers, origins) ? passed(null) : refuse('origin_refused')),
    } satisfies Guard<null>,

    /** A live session, by its access token. For reads. */
    signedIn: {
      name: 'access token',
      by: access,
      check: async (call) => {
        const session = await verified(call)
        return session ? passed(session, session.session.id) : refuse('unauthenticated')
      },
    } satisfies Guard<VerifiedSession>,

    /** A live session, by its access token and (by cookie) CSRF token. For changes. */
    signedInChange: { name: 'access token + CSRF', by: access, check: verifiedChange } satisfies Guard<VerifiedSession>,

    refreshCookie: { name: 'refresh cookie + CSRF', by: ['refreshCookie'], check: holderOf } satisfies Guard<Holder>,

    /** What ends other sessions needs the refresh cookie or a recent sign-in, not just an access token. */
    owner: {
      name: 'refresh cookie + CSRF, or recent sign-in',
      by: ['refreshCookie', ...access],
      check: async (call) => {
        if (bearerOf(call.request.headers) === null && call.jar.refresh.length > 0) {
          const holder = await holderOf(call)
          if (holder.kind === 'refusal') return holder
          const { session, now } = await sessions.find(holder.as.token.sessionId)
          const reason = session ? sessionEnd(session, now) : 'unknown'
          if (!session || reason !== null) return refuse('session_ended', { reason: reason ?? 'unknown' })
          return passed({ userId: session.userId, sessionId: session.id }, session.id)
        }
        const change = await verifiedChange(call)
        if (change.kind === 'refusal') return change
        const { session } = change.as
        const recent = deps.clock.now() - session.authenticatedAt <= deps.recentSeconds * 1000
        return recent
          ? passed({ userId: session.userId, sessionId: session.id }, session.id)
          : refuse('reauthentication_required')
      },
    } satisfies Guard<Owner>,

    /** Sign-out: whatever session cookies came, with the CSRF token of the one that counts; nothing at all is fine too. */
    leaving: {
      name: 'own origin; CSRF where a session cookie came',
      by: [],
      check: async (call) => {
        const bearer = bearerOf(call.request.headers)
        const byBearer = bearer === null ? null : await verifyAccess(deps, bearer, 'bearer')
        if (byBearer?.ok) {
          const { id } = byBearer.verified.session
          return passed({ fingerprint: '', sessions: [id] }, id)
        }
        const presentation = await readPresentation(keyring, call.jar.refresh)
        if (presentation.kind === 'unknown_key') return refuse('unavailable')
        // An expired bearer token and nothing else: whose session it was can't be said, so it can't be said to be over (H-12).
        if (byBearer?.error === 'invalid_token' && presentation.kind !== 'genuine') return refuse('unauthenticated')
        if (presentation.kind === 'genuine') {
          const holder = await holderOf(call)
          if (holder.kind === 'refusal') return holder
          const { token, all } = holder.as
          const sessions = [...new Set(all.map((one) => one.sessionId))]
          return passed({ fingerprint: fingerprintOf(token.token), sessions }, token.sessionId)
        }
        if (!isChangeAllowed(call.request.headers, origins)) return refuse('origin_refused')
        const fingerprint = presentation.kind === 'invalid' ? fingerprintOf(presentation.token) : ''
        const change = await verifiedChange(call)
        if (change.kind === 'passed') return passed({ fingerprint, sessions: [change.as.session.id] }, change.sessionId)
        return change.code === 'csrf_failed' ? change : passed({ fingerprint, sessions: [] })
      },
    } satisfies Guard<Leaving>,

    /** For pages and `/csrf`: the session that this browser would speak for, or null. Changes nothing. */
    verified,
  }
}

const isNewer = (a: VerifiedSession, b: VerifiedSession): boolean => {
  if (a.session.id !== b.session.id) return a.session.createdAt > b.session.createdAt
  const [x, y] = [a.claims, b.claims]
  return x.generation > y.generation || (x.generation === y.generation && x.issue > y.issue)
}

// The two endpoints that the browser itself calls (W3C Device Bound Session Credentials): registration and refresh. Only 403 with
// a challenge, or 5xx, leave the browser its key: any other 4xx says that there is no more session to keep.

import type { DeviceSession } from '@vigile/contract'
import type { ReuseStores } from '../accounts/tell-of-reuse.ts'
import { parseBoundKey, toBoundKey } from '../binding/bound-key.ts'
import type { Dbsc } from '../binding/dbsc.ts'
import { readStructuredString } from '../binding/dbsc-proof.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Hit } from '../limits/limiter.ts'
import { parseSessionId, type SessionId } from '../primitives/ids.ts'
import { type AccessGrant, grantAccess } from '../sessions/issue.ts'
import { newestToken, readPresentation } from '../sessions/presented-token.ts'
import { type RefreshDeps, refresh } from '../sessions/refresh.ts'
import { fingerprintOf } from '../sessions/refresh-token.ts'
import { confirmKey, registerKey } from '../sessions/register-key.ts'
import { revokeSessions } from '../sessions/revoke.ts'
import { sessionEnd } from '../sessions/rotation.ts'
import type { SessionRow } from '../sessions/store.ts'
import type { Call } from './call.ts'
import type { Cookies } from './cookies.ts'
import type { Origins } from './origin.ts'
import { answer, type Outcome, type Refusal, refuse } from './outcome.ts'
import type { SessionCookies } from './session-cookies.ts'

export type DeviceHandlerDeps = RefreshDeps<ReuseStores> & {
  readonly dbsc: Dbsc
  readonly keyring: Keyring
  readonly cookies: Cookies
  readonly sessionCookies: SessionCookies
  readonly origins: Origins
  readonly authPath: string
}

export const createDeviceHandlers = (deps: DeviceHandlerDeps) => {
  const { dbsc, cookies, sessionCookies, sessions, origins, authPath } = deps
  const others = [...origins.allowed].filter((origin) => origin !== origins.own)

  const instructions = (id: SessionId): DeviceSession => ({
    session_identifier: id,
    refresh_url: `${authPath}/dbsc/refresh`,
    scope: { origin: origins.own, include_site: false },
    credentials: [{ type: 'cookie', name: cookies.names.access, attributes: cookies.attributes.access }],
    allowed_refresh_initiators: others.map((origin) => new URL(origin).hostname),
  })

  const challenge = (id: SessionId, stale?: string) => ({
    'Secure-Session-Challenge': `"${dbsc.challenge(id, stale)}";id="${id}"`,
  })

  const kept = (id: SessionId, access: AccessGrant, now: number, more: readonly string[] = []): Outcome =>
    answer(200, {
      json: instructions(id),
      cookies: [...sessionCookies.access(access, now), ...more],
      headers: challenge(id),
    })

  /** 503, where others answer 429: that would be the end of the session for the browser. */
  const tooMany = async (call: Call, hit: Hit | null): Promise<Refusal | null> => {
    const verdict = hit && (await call.limiter.take([hit]))
    if (!hit || !verdict || verdict.allowed) return null
    await call.limited(verdict, hit.key)
    return refuse('unavailable', { verdict, retryAfterSeconds: verdict.resetSeconds })
  }

  /** The refresh tokens that came: of this session the newest, and whether there are any of others. */
  const presented = async (call: Call, id: SessionId) => {
    const presentation = await readPresentation(deps.keyring, call.jar.refresh)
    if (presentation.kind === 'unknown_key') return null
    const tokens = presentation.kind === 'genuine' ? presentation.tokens : []
    return { token: newestToken(tokens.filter(({ sessionId }) => sessionId === id)), hasAny: tokens.length > 0 }
  }

  /** The session that the browser names, where it lives and is the browser's to prove. */
  const named = async (id: SessionId | null): Promise<{ session: SessionRow; now: number } | Outcome> => {
    if (!id) return refuse('unauthenticated')
    const { session, now } = await sessions.find(id)
    if (!session) await deps.requireSameDatabase()
    const reason = session ? sessionEnd(session, now) : 'unknown'
    if (!session || reason !== null) return refuse('session_ended', { reason: reason ?? 'unknown' })
    // The database lost the registration (a failover): as far as can be known, the session has no key.
    const isItsOwn = session.boundKey !== null && parseBoundKey(session.boundKey).kind !== 'dpop'
    return isItsOwn ? { session, now } : answer(200, { json: { session_identifier: id, continue: false } })
  }

  return {
    register: async (call: Call): Promise<Outcome> => {
      const presentation = await readPresentation(deps.keyring, call.jar.refresh)
      if (presentation.kind === 'unknown_key') return refuse('unavailable')
      if (presentation.kind !== 'genuine') return refuse('unauthenticated')
      const { tokens } = presentation
      const ids = [...new Set(tokens.map(({ sessionId }) => sessionId))]
      const registration = await dbsc.readRegistration(call, ids)
      if (!registration.ok) return refuse('proof_required')
      const { sessionId, key } = registration
      const token = newestToken(tokens.filter((one) => one.sessionId === sessionId))
      const result = token && (await registerKey(deps, { token, key, context: call.context }))
      if (result?.ok) return kept(sessionId, result.access, result.now)
      return result?.error === 'session_ended'
        ? refuse('session_ended', { reason: result.reason })
        : refuse('proof_required')
    },

    refresh: async (call: Call): Promise<Outcome> => {
      const byAddress = await tooMany(call, call.clientKey === null ? null : { rule: 'refreshIp', key: call.clientKey })
      if (byAddress) return byAddress
      const id = parseSessionId(readStructuredString(call.request.headers.get('sec-secure-session-id')) ?? '')
      const found = await named(id)
      if ('kind' in found) return found
      const { session, now } = found
      const jar = await presented(call, session.id)
      if (jar === null) return refuse('unavailable')
      const { token, hasAny } = jar
      const fingerprint = token ? fingerprintOf(token.token) : ''
      const proof = await dbsc.prove(call, session, fingerprint)
      if (!proof.ok) return refuse('challenge_required', { headers: challenge(session.id) })
      const bySession = await tooMany(call, { rule: 'refreshToken', key: `${session.id}.dbsc` })
      if (bySession) return bySession
      if (!token && hasAny) return left(call, session, now)
      await confirmKey(deps, session.id, call.context)
      // The cookie was lost, or this request was not to have it. The key alone keeps the session as it is.
      const boundKey = toBoundKey('dbsc', parseBoundKey(session.boundKey ?? ''))
      if (!token) return kept(session.id, await grantAccess(deps, { ...session, boundKey }, now), now)
      const retry = proof.retry ? fingerprint : undefined
      const prove = async () => null
      const result = await refresh(deps, { token, retry, settled: undefined, context: call.context, prove })
      if (!result.ok) {
        if (result.error === 'session_ended') return refuse('session_ended', { reason: result.reason })
        // Its jar may hold a newer one by now: the browser looks again, and its next proof says so.
        return refuse('challenge_required', { headers: challenge(session.id, fingerprint) })
      }
      const cookies = result.refresh ? sessionCookies.refresh(result.refresh, result.session, result.now) : []
      return kept(session.id, result.access, result.now, cookies)
    },
  }

  /** The jar holds another session: someone has signed in anew, in the browser that has this key. */
  async function left(call: Call, { id }: SessionRow, now: number): Promise<Outcome> {
    await revokeSessions(deps, [id], { reason: 'replaced', now, context: call.context })
    return refuse('session_ended', { reason: 'replaced' })
  }
}

// The session check. Only this file makes a `VerifiedSession`.
import type { SessionEndReason } from '@vigile/contract'
import { confirmationOf } from '../binding/bound-key.ts'
import type { Brand } from '../primitives/brand.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import type { AccessClaims, AccessTokens } from './access-token.ts'
import type { Confirm } from './confirm.ts'
import type { LiveSessions } from './live-sessions.ts'
import type { RefreshDeps } from './refresh.ts'
import { sessionEnd } from './rotation.ts'
import type { SessionRow } from './store.ts'

/** A session whose access token was right and which lives, as far as this node can know (5 s at most). */
export type VerifiedSession = Brand<
  { readonly session: SessionRow; readonly claims: AccessClaims; readonly via: 'cookie' | 'bearer' },
  'VerifiedSession'
>

export type Verification =
  | { readonly ok: true; readonly verified: VerifiedSession }
  | { readonly ok: false; readonly error: 'invalid_token' }
  | { readonly ok: false; readonly error: 'session_ended'; readonly reason: SessionEndReason }

export type VerifyDeps = {
  readonly accessTokens: AccessTokens
  readonly liveSessions: LiveSessions
  readonly confirm: Confirm
  readonly requireSameDatabase: RefreshDeps['requireSameDatabase']
  readonly clock: Clock
  readonly log: Log
}

/**
 * Checks an access token and the session behind it. An older generation or issue is accepted as long as both live.
 * Rejects (503) where the session can be neither trusted from memory nor asked.
 */
export const verifyAccess = async (
  deps: VerifyDeps,
  token: string,
  via: 'cookie' | 'bearer',
): Promise<Verification> => {
  const claims = await deps.accessTokens.verify(token)
  if (!claims) return { ok: false, error: 'invalid_token' }
  const session = deps.liveSessions.peek(claims.sessionId) ?? (await deps.liveSessions.get(claims.sessionId))
  if (!session) await deps.requireSameDatabase()
  if (!session || session.userId !== claims.userId) return { ok: false, error: 'session_ended', reason: 'unknown' }
  const reason = sessionEnd(session, deps.clock.now())
  if (reason !== null) return { ok: false, error: 'session_ended', reason }
  const { boundKey } = session
  // From the time before the browser proved the session's key: its own jar no longer holds it.
  if (boundKey?.startsWith('dbsc.') && claims.boundTo !== confirmationOf(boundKey))
    return { ok: false, error: 'invalid_token' }
  // An access cookie of the newest token came in the answer that set the refresh cookie: it proves that both arrived.
  const { generation, issue } = claims
  // A bound session is confirmed by refreshes and acks alone, which prove its key.
  const isConfirmedBy = via === 'cookie' && (boundKey === null || boundKey.startsWith('registered.'))
  if (isConfirmedBy && session.winner === null && session.generation === generation && session.issue === issue) {
    await deps.confirm(session, { generation, issue })
  }
  return { ok: true, verified: { session, claims, via } as VerifiedSession }
}

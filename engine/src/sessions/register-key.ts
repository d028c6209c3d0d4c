// A session gets a key after it has begun (W3C Device Bound Session Credentials): it is registered once, and is for good from
// the browser's first proof on. An answer to a registration that was lost so costs nobody the session.
import type { SessionEndReason } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import { type BoundKey, parseBoundKey, toBoundKey } from '../binding/bound-key.ts'
import { registrationMs } from '../binding/dbsc.ts'
import type { SessionId } from '../primitives/ids.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import { type ApplyDeps, applyChange } from './apply-change.ts'
import { type AccessGrant, grantAccess } from './issue.ts'
import type { GenuineToken } from './presented-token.ts'
import type { RefreshDeps } from './refresh.ts'
import { decideAck, sessionEnd } from './rotation.ts'
import type { SessionRow } from './store.ts'

const maxTries = 3

export type RegisterKeyDeps = ApplyDeps & Pick<RefreshDeps, 'accessTokens' | 'policy' | 'requireSameDatabase'>

export type KeyRegistered =
  | { readonly ok: true; readonly session: SessionRow; readonly access: AccessGrant; readonly now: number }
  | { readonly ok: false; readonly error: 'session_ended'; readonly reason: SessionEndReason }
  /** It has a key already, or is too old to get one, or the token is not its current one. */
  | { readonly ok: false; readonly error: 'refused' }

/**
 * Gives a young session its key, in one conditional statement: of two registrations one wins, and none takes a key's place.
 * The refresh token that came with it has arrived, as with an ack.
 */
export const registerKey = async (
  deps: RegisterKeyDeps,
  input: { readonly token: GenuineToken; readonly key: BoundKey; readonly context: Context },
): Promise<KeyRegistered> => {
  const { token, key, context } = input
  for (let tries = 0; tries < maxTries; tries += 1) {
    const { session, now } = await deps.sessions.find(token.sessionId)
    if (!session) {
      await deps.requireSameDatabase()
      return { ok: false, error: 'session_ended', reason: 'unknown' }
    }
    const decision = decideAck(session, { ...token, retry: false, settled: false }, now)
    if (decision.action === 'ended') return { ok: false, error: 'session_ended', reason: decision.reason }
    if (decision.action === 'stale' || session.boundKey !== null || now >= session.createdAt + registrationMs)
      return { ok: false, error: 'refused' }
    const after = { ...session, ...decision.change, boundKey: key }
    const access = await grantAccess(deps, { ...after, generation: token.generation, issue: token.issue }, now)
    const entries = [keyEntry('session:key-registered', session, context, now)]
    if (await applyChange(deps, session, { ...decision.change, boundKey: key }, { now, context, entries }))
      return { ok: true, session: after, access, now }
  }
  throw new UnavailableError('the session keeps changing')
}

/** The key has proven itself: from now on the session is nothing without it. Does nothing where it had, or is over. */
export const confirmKey = async (deps: ApplyDeps, id: SessionId, context: Context): Promise<void> => {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const { session, now } = await deps.sessions.find(id)
    if (!session || sessionEnd(session, now) !== null) return
    const { kind, ...key } = parseBoundKey(session.boundKey ?? '')
    if (kind !== 'registered') return
    const entries = [keyEntry('session:key-confirmed', session, context, now)]
    if (await applyChange(deps, session, { boundKey: toBoundKey('dbsc', key) }, { now, context, entries })) return
  }
  throw new UnavailableError('the session keeps changing')
}

const keyEntry = (action: string, { id, userId }: SessionRow, context: Context, at: number) =>
  auditEntry(context, { action, at, userId, resource: 'session', resourceId: id })

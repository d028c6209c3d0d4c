// Refresh, ack, sign-out, and the list of sessions.

import type { ReuseStores } from '../accounts/tell-of-reuse.ts'
import type { Binding } from '../binding/binding.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import { parseSessionId, type SessionId } from '../primitives/ids.ts'
import { parsePendingTokens, pendingTokenHash } from '../second-factor/pending-token.ts'
import type { PendingSignInStore } from '../second-factor/store.ts'
import { acknowledge } from '../sessions/acknowledge.ts'
import type { LiveSessions } from '../sessions/live-sessions.ts'
import { presentListed } from '../sessions/present-session.ts'
import { chooseToken, type GenuineToken, readPresentation } from '../sessions/presented-token.ts'
import { type RefreshDeps, refresh } from '../sessions/refresh.ts'
import { revokeSessions, revokeUser } from '../sessions/revoke.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Call } from './call.ts'
import { createCsrfToken } from './csrf.ts'
import type { Guards, Leaving, Owner } from './guards.ts'
import type { Holder } from './identify.ts'
import { answer, type Outcome, refuse } from './outcome.ts'
import type { Proofs } from './proofs.ts'
import type { Provers } from './provers.ts'
import type { InputOf } from './read-input.ts'
import type { Delivery, SessionCookies } from './session-cookies.ts'

export type SessionHandlerDeps = RefreshDeps<ReuseStores> & {
  readonly clock: Clock
  readonly pendingSignIns: Pick<PendingSignInStore, 'end'>
  readonly keyring: Keyring
  readonly sessionCookies: SessionCookies
  readonly delivery: Delivery
  readonly verified: Guards['verified']
  readonly liveSessions: LiveSessions
  readonly binding: Binding
  readonly provers: Provers
  readonly proofs: Proofs
}

export const createSessionHandlers = (deps: SessionHandlerDeps) => {
  const { clock, sessionCookies, binding, provers, proofs } = deps

  /**
   * Limits count after the MAC, for each token apart: the holder of a dead token can't spend the owner's allowance. Whoever names
   * the session's own key is counted apart, or who copied the cookie could spend it. Of other keys one can make up any number.
   */
  const tokenKey = async (call: Call, { sessionId, generation, issue }: GenuineToken): Promise<string> => {
    const claimed = binding.claimedKey(call)
    const isOwn = claimed !== null && (await deps.liveSessions.get(sessionId))?.boundKey === claimed
    return `${sessionId}.${generation}.${issue}${isOwn ? '.key' : ''}`
  }

  /** By token and by address. */
  const count = async (call: Call, rule: 'refreshToken' | 'ackToken', token: GenuineToken) => {
    const hits = [
      { rule, key: await tokenKey(call, token) },
      ...(call.clientKey === null ? [] : [{ rule: 'refreshIp', key: call.clientKey } as const]),
    ]
    const verdict = await call.limiter.take(hits)
    const hit = verdict?.allowed === false && hits.find((one) => one.rule === verdict.rule)
    return { verdict, tooMany: verdict && hit ? await call.limited(verdict, hit.key) : null }
  }

  return {
    refresh: async (call: Call, { token }: Holder, { body }: InputOf<'refresh'>): Promise<Outcome> => {
      const { verdict, tooMany } = await count(call, 'refreshToken', token)
      if (tooMany) return tooMany
      const { retry, settled } = body
      const prove = provers.refresh(call)
      const result = await refresh(deps, { token, retry, settled, context: call.context, prove })
      if (!result.ok) {
        if (result.error === 'proof_required')
          return proofs.refuse(result.fault, { fingerprint: result.fingerprint, verdict })
        const { error, ...rest } = result
        return refuse(error, { ...rest, verdict })
      }
      const { session, access, refresh: issued, fingerprint, now } = result
      return answer(200, {
        json: {
          expiresIn: Math.max(0, Math.floor((access.accessExpiresAt - now) / 1000)),
          rotated: issued !== null,
          fingerprint,
          ...(deps.delivery === 'body' ? { accessToken: access.accessToken } : {}),
        },
        cookies: [
          ...sessionCookies.access(access, now),
          ...(issued ? sessionCookies.refresh(issued, session, now) : []),
        ],
        verdict,
      })
    },

    ack: async (call: Call, { token }: Holder, { body }: InputOf<'ack'>): Promise<Outcome> => {
      const { verdict, tooMany } = await count(call, 'ackToken', token)
      if (tooMany) return tooMany
      const prove = provers.act(call)
      const result = await acknowledge(deps, { token, settled: body.settled, context: call.context, prove })
      if (result.ok) return answer(204, { verdict })
      if (result.error === 'proof_required')
        return proofs.refuse(result.fault, { fingerprint: result.fingerprint, verdict })
      const { error, ...rest } = result
      return refuse(error, { ...rest, verdict })
    },

    /** With it ends a sign-in of this browser that waits for its second factor. With `only`: nothing, if the jar meanwhile holds another token. What could not be ended is not reported as done (H-12). */
    logout: async (call: Call, leaving: Leaving, { body }: InputOf<'logout'>): Promise<Outcome> => {
      if (body.only !== undefined && body.only !== leaving.fingerprint) return answer(204)
      for (const token of parsePendingTokens(call.jar.pending))
        await deps.pendingSignIns.end(pendingTokenHash(token), clock.now())
      await revokeSessions(deps, leaving.sessions, { reason: 'signed_out', now: clock.now(), context: call.context })
      return answer(204, leaving.keepsCookies ? {} : { cookies: sessionCookies.clear() })
    },

    logoutAll: async (call: Call, owner: Owner): Promise<Outcome> => {
      await revokeUser(deps, owner.userId, { reason: 'signed_out_everywhere', now: clock.now(), context: call.context })
      return answer(204, owner.keepsCookies ? {} : { cookies: sessionCookies.clear() })
    },

    sessions: async (_call: Call, { session }: VerifiedSession): Promise<Outcome> => {
      const live = await deps.sessions.listLive(session.userId, clock.now())
      return answer(200, { json: { sessions: live.map((one) => presentListed(one, session.id)) } })
    },

    endSession: async (call: Call, owner: Owner, { params }: InputOf<'endSession'>): Promise<Outcome> => {
      const now = clock.now()
      const id = parseSessionId(params.id)
      // Someone else's session is as absent as one that never was (S-86).
      const own = id !== null && (await deps.sessions.listLive(owner.userId, now)).some((session) => session.id === id)
      if (!own) return refuse('not_found')
      const reason = id === owner.sessionId ? 'signed_out' : 'ended_from_another_device'
      const ended = await revokeSessions(deps, [id], { reason, now, context: call.context })
      // Over meanwhile, perhaps by a change of password under way, which began another one: that one is not said to be over (H-12).
      return ended.length > 0 ? answer(204) : refuse('not_found')
    },

    csrf: async (call: Call): Promise<Outcome> => {
      const bound = await boundSession(deps, call)
      const csrfToken = createCsrfToken(deps.keyring.newest(), bound.id)
      const life = bound.idleExpiresAt === null ? deps.policy.accessSeconds : (bound.idleExpiresAt - clock.now()) / 1000
      return answer(200, { json: { csrfToken }, cookies: [sessionCookies.csrf(csrfToken, life)] })
    },
  }
}

/**
 * The session that a browser's CSRF token is for: by its access cookie, else by its refresh cookie. One that was removed long
 * ago counts too: its cookies are still to be cleared, and the sign-out that does so needs the token.
 */
const boundSession = async (
  deps: SessionHandlerDeps,
  call: Call,
): Promise<{ readonly id: SessionId | null; readonly idleExpiresAt: number | null }> => {
  const verified = await deps.verified(call)
  if (verified) return verified.session
  const presentation = await readPresentation(deps.keyring, call.jar.refresh)
  if (presentation.kind !== 'genuine') return { id: null, idleExpiresAt: null }
  const { sessionId } = await chooseToken(presentation.tokens, () => false, deps.sessions)
  const { session } = await deps.sessions.find(sessionId)
  return { id: sessionId, idleExpiresAt: session?.idleExpiresAt ?? null }
}

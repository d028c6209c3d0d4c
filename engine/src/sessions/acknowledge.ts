// The ack: the refresh cookie arrived. Part of the security, not an optimisation (PROTOCOL.md, "Ack").
import type { SessionEndReason } from '@vigile/contract'
import type { Context } from '../audit/entry.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import { type ApplyDeps, applyChange } from './apply-change.ts'
import type { GenuineToken } from './presented-token.ts'
import { type Fingerprint, fingerprintOf } from './refresh-token.ts'
import { decideAck } from './rotation.ts'

const maxTries = 3

export type Acknowledged =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly error: 'session_ended'
      readonly reason: SessionEndReason
      readonly fingerprint: Fingerprint
    }
  | { readonly ok: false; readonly error: 'stale_token'; readonly fingerprint: Fingerprint }

/** Confirms a token, and with a right `settled` marks it durable. Never issues, rotates, revokes, nor moves idle. */
export const acknowledge = async (
  deps: ApplyDeps,
  input: { readonly token: GenuineToken; readonly settled: string | undefined; readonly context: Context },
): Promise<Acknowledged> => {
  const { token } = input
  const fingerprint = fingerprintOf(token.token)
  const presented = { ...token, retry: false, settled: input.settled === fingerprint }
  for (let tries = 0; tries < maxTries; tries += 1) {
    const { session, now } = await deps.sessions.find(token.sessionId)
    if (!session) return { ok: false, error: 'session_ended', reason: 'unknown', fingerprint }
    const decision = decideAck(session, presented, now)
    switch (decision.action) {
      case 'ended':
        return { ok: false, error: 'session_ended', reason: decision.reason, fingerprint }
      case 'stale':
        return { ok: false, error: 'stale_token', fingerprint }
      case 'noted':
        if (!decision.change || (await applyChange(deps, session, decision.change, { now, context: input.context })))
          return { ok: true }
        continue
      default:
        return decision satisfies never
    }
  }
  throw new UnavailableError('the session keeps changing')
}

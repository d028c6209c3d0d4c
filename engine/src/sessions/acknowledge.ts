// The ack: the refresh cookie arrived. Part of the security, not an optimisation (PROTOCOL.md, "Ack").
import type { SessionEndReason } from '@vigile/contract'
import type { Context } from '../audit/entry.ts'
import { type Prove, proofFaultOf } from '../binding/binding.ts'
import type { ProofFault } from '../binding/dpop-proof.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import { type ApplyDeps, applyChange } from './apply-change.ts'
import type { GenuineToken } from './presented-token.ts'
import type { RefreshDeps } from './refresh.ts'
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
  | {
      readonly ok: false
      readonly error: 'proof_required'
      readonly fault: ProofFault
      readonly fingerprint: Fingerprint
    }

/** Confirms a token, and with a right `settled` marks it durable. Never issues, rotates, revokes, nor moves idle. */
export const acknowledge = async (
  deps: ApplyDeps & Pick<RefreshDeps, 'requireSameDatabase'>,
  input: {
    readonly token: GenuineToken
    readonly settled: string | undefined
    readonly context: Context
    /** Asked where the session is bound. Without it a bound session is refused. */
    readonly prove?: Prove
  },
): Promise<Acknowledged> => {
  const { token } = input
  const fingerprint = fingerprintOf(token.token)
  const presented = { ...token, retry: false, settled: input.settled === fingerprint }
  let isProven = false
  for (let tries = 0; tries < maxTries; tries += 1) {
    const { session, now } = await deps.sessions.find(token.sessionId)
    if (!session) {
      await deps.requireSameDatabase()
      return { ok: false, error: 'session_ended', reason: 'unknown', fingerprint }
    }
    const decision = decideAck(session, presented, now)
    if (decision.action === 'ended') return { ok: false, error: 'session_ended', reason: decision.reason, fingerprint }
    const fault = isProven ? null : await proofFaultOf(session, input.prove)
    if (fault !== null) return { ok: false, error: 'proof_required', fault, fingerprint }
    isProven = true
    switch (decision.action) {
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

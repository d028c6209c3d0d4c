// Sessions that the browser itself keeps (W3C Device Bound Session Credentials): it signs challenges, each good for one session,
// for one use and for a few minutes, on whichever node it was made.
import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import { sha256 } from '../primitives/hash.ts'
import type { Binding, BoundSession, ProofCarrier } from './binding.ts'
import { type BoundKey, parseBoundKey, thumbprintOf, toBoundKey } from './bound-key.ts'
import { createChallenges } from './challenges.ts'
import { readDbscProof } from './dbsc-proof.ts'
import type { ProofFault } from './dpop-proof.ts'
import type { UsedProofStore } from './store.ts'

/**
 * So long after its beginning a session may be given a key. A key that has not proven itself by then is asked for no more until
 * it does: the answer to its registration was lost, or the browser could do nothing with it.
 */
export const registrationMs = 300_000

/**
 * Whether a session goes on without its key, which has never been heard of since it was registered. `holdsAccess`: the jar holds
 * an access cookie, so the browser had no reason to prove yet. That of the registration is over in twice the time; were it
 * replaced while it lives, the reason would never come.
 */
export const isUnheardOf = (
  { boundKey, createdAt }: Pick<BoundSession, 'boundKey' | 'createdAt'>,
  now: number,
  holdsAccess: boolean,
): boolean =>
  boundKey !== null &&
  parseBoundKey(boundKey).kind === 'registered' &&
  now >= createdAt + registrationMs * (holdsAccess ? 2 : 1)

export type Dbsc = {
  /** For the one who has just signed in, and for nobody later: who only has the cookies can't register a key. */
  registrationChallenge(sessionId: string): string
  /** For the next proof. `stale`: fingerprint of the token that was too old, so that the next proof says what the jar holds then. */
  challenge(sessionId: string, stale?: string): string
  /** The key of a registration, and for which of the sessions it was challenged. */
  readRegistration<Id extends string>(
    call: ProofCarrier,
    sessions: readonly Id[],
  ): Promise<
    | { readonly ok: true; readonly sessionId: Id; readonly key: BoundKey }
    | { readonly ok: false; readonly fault: ProofFault }
  >
  /** Proves a session by its key. `retry`: asked after a refusal of the token with this fingerprint, which the jar still holds. */
  prove(
    call: ProofCarrier,
    session: BoundSession,
    fingerprint: string,
  ): Promise<{ readonly ok: true; readonly retry: boolean } | { readonly ok: false; readonly fault: ProofFault }>
}

const header = 'secure-session-response'
const forRegistration = (sessionId: string) => `dbsc-registration.${sessionId}`
const forRefresh = (sessionId: string) => `dbsc-refresh.${sessionId}`
const forRetry = (sessionId: string, stale: string) => `dbsc-retry.${sessionId}.${stale}`

export const createDbsc = (deps: {
  readonly binding: Pick<Binding, 'refused'>
  readonly keyring: Pick<Keyring, 'find' | 'newest'>
  readonly usedProofs: UsedProofStore
  readonly clock: Clock
}): Dbsc => {
  const challenges = createChallenges(deps)

  const refuse = async (call: ProofCarrier, session: BoundSession | null, fault: ProofFault) => {
    // No proof is the first step of the protocol, and an old challenge happens to everyone who was away.
    if (fault !== 'missing' && fault !== 'nonce') await deps.binding.refused(call, session, fault)
    return { ok: false, fault } as const
  }

  return {
    registrationChallenge: (sessionId) => challenges.issue(forRegistration(sessionId)),
    challenge: (sessionId, stale) =>
      challenges.issue(stale === undefined ? forRefresh(sessionId) : forRetry(sessionId, stale)),

    readRegistration: async (call, sessions) => {
      const proof = await readDbscProof(call.request.headers.get(header), null)
      if (!proof.ok) return refuse(call, null, proof.fault)
      for (const sessionId of sessions) {
        const until = await challenges.check(proof.challenge, forRegistration(sessionId))
        if (until !== null) return { ok: true, sessionId, key: toBoundKey('registered', proof.key) }
      }
      return refuse(call, null, 'nonce')
    },

    prove: async (call, session, fingerprint) => {
      const key = parseBoundKey(session.boundKey ?? '')
      const proof = await readDbscProof(call.request.headers.get(header), key)
      if (!proof.ok) return refuse(call, session, proof.fault)
      const { challenge } = proof
      const fresh = await challenges.check(challenge, forRefresh(session.id))
      const until = fresh ?? (await challenges.check(challenge, forRetry(session.id, fingerprint)))
      if (until === null) return refuse(call, session, 'nonce')
      const isFirst = await deps.usedProofs.take(sha256(`${thumbprintOf(key)}.${challenge}`, 'base64url'), until)
      return isFirst ? { ok: true, retry: fresh === null } : refuse(call, session, 'replayed')
    },
  }
}

// Device-bound sessions (PROTOCOL.md, "Bound sessions"): without the device's key a copied cookie gets no token, changes
// nothing and ends nothing.
import { auditEntry, type Context } from '../audit/entry.ts'
import { createOnceInWindow } from '../audit/once-in-window.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import { sha256 } from '../primitives/hash.ts'
import type { Log } from '../primitives/log.ts'
import { type BoundKey, readPublicKey, thumbprintOf, toBoundKey } from './bound-key.ts'
import { type DpopProof, type ProofFault, readDpopProof } from './dpop-proof.ts'
import { createNonces, type Nonces } from './nonces.ts'
import { readJws } from './read-jws.ts'
import type { UsedProofStore } from './store.ts'

/** `optional`: a sign-in that brings a key is bound to it; any other is offered one (DBSC). `required`: no sign-in without. */
export type BindingMode = 'off' | 'optional' | 'required'

/** A session, as far as proofs are about it. */
export type BoundSession = {
  readonly id: string
  readonly userId: string
  readonly boundKey: string | null
  readonly createdAt: number
}

/** Null where the session is unbound or its key was proven; else why not, which is then on record. */
export type Prove = (session: BoundSession) => Promise<ProofFault | null>

/** A request, as far as proofs are about it. */
export type ProofCarrier = { readonly request: Request; readonly context: Context }

export type Registration =
  | { readonly ok: true; readonly key: BoundKey | null }
  | { readonly ok: false; readonly fault: ProofFault }

export type Binding = {
  readonly mode: BindingMode
  readonly nonces: Nonces
  /** The key that a sign-in brings, or null where it brings none and needs none. */
  register(call: ProofCarrier): Promise<Registration>
  /** Proves sessions by the proof of this request, which is used up once. `accessToken`: sent as `Authorization: DPoP`. */
  prover(call: ProofCarrier, accessToken?: string): Prove
  /** The key that a proof names, unproven; null where there is none, or binding is off. For limits alone. */
  claimedKey(call: Pick<ProofCarrier, 'request'>): BoundKey | null
  /** A refused proof: in the log as an alert, and on record once in a minute for a session and fault. */
  refused(call: ProofCarrier, session: BoundSession | null, fault: ProofFault): Promise<void>
}

export type BindingDeps = {
  readonly mode: BindingMode
  readonly publicUrl: string
  readonly keyring: Pick<Keyring, 'find' | 'newest'>
  readonly usedProofs: UsedProofStore
  readonly audit: AuditStore
  readonly clock: Clock
  readonly log: Log
}

/** Guards refuse proofs before any limit counts. A sign-in has no session yet: there an address has so many. */
const recordEveryMs = 60_000

/** A prover may be left out where there can be no proof; then a bound session is refused, never waved through. */
export const proofFaultOf = async (session: BoundSession, prove: Prove | undefined): Promise<ProofFault | null> =>
  session.boundKey === null ? null : prove === undefined ? 'missing' : prove(session)

export const createBinding = (deps: BindingDeps): Binding => {
  const nonces = createNonces(deps)
  const once = createOnceInWindow(deps.clock)

  const read = ({ request }: ProofCarrier, accessToken: string | null) =>
    readDpopProof(request.headers.get('dpop'), {
      method: request.method,
      url: `${deps.publicUrl}${new URL(request.url).pathname}`,
      accessToken,
    })

  /** Freshness, then use: only a proof that is right in all else is remembered. */
  const spend = async ({ key, jti, nonce }: DpopProof): Promise<ProofFault | null> => {
    const until = await nonces.check(nonce, '')
    if (until === null) return 'nonce'
    return (await deps.usedProofs.take(sha256(`${thumbprintOf(key)}.${jti}`, 'base64url'), until)) ? null : 'replayed'
  }

  const refused: Binding['refused'] = async ({ context }, session, fault) => {
    const whose = session === null ? {} : { userId: session.userId, resource: 'session', resourceId: session.id }
    deps.log.warn({ alert: 'proof_refused', session: session?.id, fault }, 'a proof was refused')
    const act = { action: 'session:proof:failed', at: deps.clock.now(), details: { fault } }
    const write = () => deps.audit.append([auditEntry(context, { ...act, ...whose })])
    await once(`${session?.id ?? context.ip} ${fault}`, recordEveryMs, write)
  }

  return {
    mode: deps.mode,
    nonces,
    refused,
    claimedKey: ({ request }) => {
      const key = deps.mode === 'off' ? null : readPublicKey(readJws(request.headers.get('dpop') ?? '')?.header.jwk)
      return key === null || key === 'private' ? null : toBoundKey('dpop', key)
    },
    register: async (call) => {
      if (deps.mode === 'off') return { ok: true, key: null }
      const result = await read(call, null)
      if (!result.ok && result.fault === 'missing' && deps.mode === 'optional') return { ok: true, key: null }
      const fault = result.ok ? await spend(result.proof) : result.fault
      if (result.ok && fault === null) return { ok: true, key: toBoundKey('dpop', result.proof.key) }
      if (fault !== 'nonce' && fault !== 'missing') await refused(call, null, fault as ProofFault)
      return { ok: false, fault: fault as ProofFault }
    },
    prover: (call, accessToken) => {
      // Several sessions may be asked about in one request: its proof is read and used up once.
      let reading: ReturnType<typeof read> | undefined
      let spending: ReturnType<typeof spend> | undefined
      const judge = async (boundKey: string): Promise<ProofFault | null> => {
        reading ??= read(call, accessToken ?? null)
        const result = await reading
        if (!result.ok) return result.fault
        const { proof } = result
        if (toBoundKey('dpop', proof.key) !== boundKey)
          return (await nonces.check(proof.nonce, '')) === null ? 'nonce' : 'other_key'
        spending ??= spend(proof)
        return spending
      }
      return async (session) => {
        if (session.boundKey === null) return null
        const fault = await judge(session.boundKey)
        // An old nonce happens to everyone who was away: the browser asks again with a new one.
        if (fault !== null && fault !== 'nonce') await refused(call, session, fault)
        return fault
      }
    },
  }
}

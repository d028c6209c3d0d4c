// Proofs of bound sessions over HTTP: what a refused one is answered (RFC 9449 section 9), and the key that a sign-in brings.
import type { Binding } from '../binding/binding.ts'
import type { BoundKey } from '../binding/bound-key.ts'
import type { ProofFault } from '../binding/dpop-proof.ts'
import type { Call } from './call.ts'
import { type Refusal, refuse } from './outcome.ts'

export type Proofs = {
  /** 401 `proof_required` with a nonce: no token, no change of state, no cookie, and never the end of the session. */
  refuse(fault: ProofFault, rest?: Pick<Refusal, 'fingerprint' | 'verdict' | 'detail'>): Refusal
  /** The key of a session that is about to begin; null: it will be unbound. Before anything else is looked at. */
  registered(call: Call): Promise<{ readonly kind: 'registered'; readonly key: BoundKey | null } | Refusal>
  /** A nonce for the next proof, with every answer to a request that had one (RFC 9449 section 8.2). */
  headers(request: Request): Readonly<Record<string, string>>
}

/** Faults that only a sign-in can mend. */
const isKeyLost = (fault: ProofFault) => fault === 'other_key' || fault === 'unkept'
/** Of a session that the browser itself keeps: no script can prove it, so none is asked to. */
const isOfBrowser = (fault: ProofFault) => fault === 'kept' || fault === 'unkept'

const errorOf = (fault: ProofFault): string => {
  if (fault === 'missing') return ''
  return fault === 'nonce' ? ' error="use_dpop_nonce",' : ' error="invalid_dpop_proof",'
}

export const createProofs = (binding: Binding): Proofs => {
  const nonce = () => ({ 'DPoP-Nonce': binding.nonces.issue('') })

  const refuseProof: Proofs['refuse'] = (fault, rest = {}) =>
    refuse('proof_required', {
      ...rest,
      ...(isKeyLost(fault) ? { reason: 'key_lost' } : {}),
      ...(isOfBrowser(fault)
        ? {}
        : { headers: { ...nonce(), 'WWW-Authenticate': `DPoP${errorOf(fault)} algs="ES256"` } }),
    })

  return {
    refuse: refuseProof,
    headers: (request) => (binding.mode !== 'off' && request.headers.has('dpop') ? nonce() : {}),
    registered: async (call) => {
      // A proof costs a signature and a row: counted like any other change of this client.
      const isCounted = binding.mode !== 'off' && call.request.headers.has('dpop') && call.clientKey !== null
      const verdict = isCounted ? await call.limiter.take([{ rule: 'change', key: call.clientKey as string }]) : null
      if (verdict && !verdict.allowed) return call.limited(verdict, call.clientKey as string)
      const registration = await binding.register(call)
      if (registration.ok) return { kind: 'registered', key: registration.key }
      const detail = registration.fault === 'missing' ? { detail: { key: 'keyRequired' } as const } : {}
      return refuseProof(registration.fault, detail)
    },
  }
}

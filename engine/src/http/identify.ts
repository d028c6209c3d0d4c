// Whose request it is: by a token in `Authorization`, by an access cookie, or by the refresh cookie. Guards decide what that opens.
import type { Context } from '../audit/entry.ts'
import type { Binding } from '../binding/binding.ts'
import type { ProofFault } from '../binding/dpop-proof.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { SessionId } from '../primitives/ids.ts'
import { chooseToken, type GenuineToken, readPresentation } from '../sessions/presented-token.ts'
import { fingerprintOf } from '../sessions/refresh-token.ts'
import type { SessionStore } from '../sessions/store.ts'
import { type Verification, type VerifiedSession, type VerifyDeps, verifyAccess } from '../sessions/verify.ts'
import type { Call } from './call.ts'
import { readCsrf } from './csrf.ts'
import { isChangeAllowed, type Origins } from './origin.ts'
import { type Refusal, refuse } from './outcome.ts'
import type { Proofs } from './proofs.ts'

/** `sessionId`: whose session it is, where there is one. */
export type Passed<As> = { readonly kind: 'passed'; readonly as: As; readonly sessionId: SessionId | null }

/** The refresh cookies that came with a request: the one that counts, and all whose MAC was right. */
export type Holder = { readonly token: GenuineToken; readonly all: readonly GenuineToken[] }

/** A request, as far as it says whose it is. */
export type Asking = Pick<Call, 'request' | 'jar'> & { readonly context: Context }

export type IdentifyDeps = VerifyDeps & {
  readonly keyring: Keyring
  readonly sessions: SessionStore
  readonly origins: Origins
  /** Whether an access cookie counts (cookie delivery), or only a bearer token. */
  readonly accessCookie: boolean
  readonly binding: Binding
  readonly proofs: Proofs
}

/** Access cookies of one name beyond so many are not looked at. What can't be one of ours costs nothing. */
const maxAccessCookies = 50

export const passed = <As>(as: As, sessionId: SessionId | null = null): Passed<As> => ({
  kind: 'passed',
  as,
  sessionId,
})

type Authorization = { readonly scheme: 'bearer' | 'dpop'; readonly token: string }

export const authorizationOf = (headers: Headers): Authorization | null => {
  const [, scheme, token] = /^(bearer|dpop) (.*)$/i.exec(headers.get('authorization') ?? '') ?? []
  if (scheme === undefined || token === undefined) return null
  return { scheme: scheme.toLowerCase() as Authorization['scheme'], token: token.trim() }
}

export const createIdentify = (deps: IdentifyDeps) => {
  const { keyring, sessions, origins, binding, proofs } = deps
  const csrfOf = ({ request, jar }: Call) => readCsrf(keyring, request.headers.get('x-csrf-token'), jar.csrf)

  /** A token in `Authorization`: one of a bound session only as `DPoP`, with a proof of its key (S-79), and no other so. */
  const verifyToken = async (
    call: Asking,
    { scheme, token }: Authorization,
  ): Promise<Verification | { readonly ok: false; readonly error: 'proof_required'; readonly fault: ProofFault }> => {
    const verification = await verifyAccess(deps, token, 'bearer')
    if (!verification.ok) return verification
    const { session } = verification.verified
    if (session.boundKey === null) return scheme === 'bearer' ? verification : { ok: false, error: 'invalid_token' }
    if (scheme === 'bearer') await binding.refused(call, session, 'missing')
    const fault = scheme === 'bearer' ? 'missing' : await binding.prover(call, token)(session)
    return fault === null ? verification : { ok: false, error: 'proof_required', fault }
  }

  /** The newest session of the access cookies that verify; a token in `Authorization` stands alone and ignores cookies. */
  const identified = async (call: Asking): Promise<Passed<VerifiedSession> | Refusal> => {
    const authorization = authorizationOf(call.request.headers)
    if (authorization !== null) {
      const verification = await verifyToken(call, authorization)
      if (verification.ok) return passed(verification.verified, verification.verified.session.id)
      return verification.error === 'proof_required' ? proofs.refuse(verification.fault) : refuse('unauthenticated')
    }
    const best = await byAccessCookie(call)
    return best ? passed(best, best.session.id) : refuse('unauthenticated')
  }

  /** The newest session of the access cookies that verify, where nothing else says who asks. */
  const byAccessCookie = async (call: Pick<Call, 'jar'>): Promise<VerifiedSession | null> => {
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
    if (authorizationOf(call.request.headers) !== null) return identified(call)
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

  return { verifyToken, identified, byAccessCookie, verifiedChange, holderOf }
}

const isNewer = (a: VerifiedSession, b: VerifiedSession): boolean => {
  if (a.session.id !== b.session.id) return a.session.createdAt > b.session.createdAt
  const [x, y] = [a.claims, b.claims]
  return x.generation > y.generation || (x.generation === y.generation && x.issue > y.issue)
}

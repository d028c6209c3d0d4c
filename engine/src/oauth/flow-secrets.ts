// The secrets of one sign-in with a provider. The state goes to the provider and comes back; the flow's secret never leaves the
// browser's cookie. What the provider's code can be exchanged with is derived from both and stored nowhere: whoever has the
// database, or the callback's address, has nothing (decisions/0020).
import { hkdfSync } from 'node:crypto'
import type { Brand } from '../primitives/brand.ts'
import { sha256 } from '../primitives/hash.ts'
import { randomToken } from '../primitives/random.ts'

/** 256 random bits, 43 base64url characters. */
export type FlowState = Brand<string, 'FlowState'>
export type FlowSecret = Brand<string, 'FlowSecret'>
/** 256 random bits, 64 lower-case hexadecimal characters (OAU-3). */
export type Handle = Brand<string, 'Handle'>

/** A cookie of a flow: its mark tells the flows of one browser apart. */
export type FlowCookie = { readonly mark: string; readonly value: string }

const tokenForm = /^[A-Za-z0-9_-]{43}$/
const handleForm = /^[a-f0-9]{64}$/

export const createFlowState = (): FlowState => randomToken(32) as FlowState
export const createFlowSecret = (): FlowSecret => randomToken(32) as FlowSecret
export const createHandle = (): Handle => Buffer.from(randomToken(32), 'base64url').toString('hex') as Handle

/** The state in a text, or null where the text has not its form. */
export const parseFlowState = (text: string): FlowState | null => (tokenForm.test(text) ? (text as FlowState) : null)
const parseFlowSecret = (text: string): FlowSecret | null => (tokenForm.test(text) ? (text as FlowSecret) : null)
/** The handle in a text, or null where the text has not its form. */
export const parseHandle = (text: string): Handle | null => (handleForm.test(text) ? (text as Handle) : null)

/** What is stored of them: 64 hexadecimal characters. */
export const stateHashOf = (state: FlowState): string => sha256(`vigile oauth state ${state}`, 'hex')
export const handleHashOf = (handle: Handle): string => sha256(`vigile oauth handle ${handle}`, 'hex')

/** What the flow's cookie is called by. Of a hash, so that a list of cookie names tells nothing of the state. */
export const markOf = (hash: string): string => hash.slice(0, 8)

/** What is stored of the browser that began. `hash`: of the flow's state or handle, which no other cookie fits (H-5). */
export const browserHashOf = (hash: string, secret: FlowSecret): string =>
  sha256(`vigile oauth browser ${hash} ${secret}`, 'hex')

/** A browser has one cookie of a flow; more under the same name were planted beside it. */
const maxOfOneName = 8

/** The secrets among a browser's cookies that this flow can be of. `hash`: of its state or handle. */
export const secretsOf = (hash: string, cookies: readonly FlowCookie[]): readonly FlowSecret[] =>
  cookies
    .filter(({ mark }) => mark === markOf(hash))
    .map(({ value }) => parseFlowSecret(value))
    .filter((secret) => secret !== null)
    .slice(0, maxOfOneName)

/** What to ask the store for: the hash of a handle, and those of the browser that may have begun. */
export const wantedHandle = (
  handle: Handle,
  cookies: readonly FlowCookie[],
): { readonly handleHash: string; readonly browserHashes: readonly string[] } => {
  const handleHash = handleHashOf(handle)
  return {
    handleHash,
    browserHashes: secretsOf(handleHash, cookies).map((secret) => browserHashOf(handleHash, secret)),
  }
}

const derive = (secret: FlowSecret, state: FlowState, purpose: string): string =>
  Buffer.from(hkdfSync('sha256', secret, state, purpose, 32)).toString('base64url')

/** The PKCE verifier (RFC 7636 section 4.1): 43 characters. */
export const verifierOf = (secret: FlowSecret, state: FlowState): string =>
  derive(secret, state, 'vigile pkce verifier')
/** The `nonce` of OpenID Connect, which the ID token must repeat. */
export const nonceOf = (secret: FlowSecret, state: FlowState): string => derive(secret, state, 'vigile oidc nonce')

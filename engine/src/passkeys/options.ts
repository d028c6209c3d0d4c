// What browsers are told to ask authenticators for (WebAuthn sections 5.4 and 5.5). Discoverable credentials with user
// verification, always: so a passkey is two factors, and signs in without a name (decisions/0016).
import type { PasskeyCreationOptions, PasskeyRequestOptions } from '@vigile/contract'
import type { Account } from '../accounts/store.ts'
import { ceremonyMs } from './challenges.ts'
import type { RelyingParty } from './relying-party.ts'
import type { PasskeyRow } from './store.ts'

/** EdDSA, ES256, RS256 (COSE): what authenticators have, newest first, on whatever node. */
export const algorithms = [-8, -7, -257]

type Known = Pick<PasskeyRow, 'credentialId' | 'transports'>

const named = ({ credentialId, transports }: Known) => ({
  id: credentialId,
  type: 'public-key' as const,
  ...(transports.length > 0 && { transports: [...transports] }),
})

const base64Url = (text: string) => Buffer.from(text).toString('base64url')

/** To make a passkey. The handle of the user is the id's 16 random bytes: an authenticator learns no address by it. */
export const creationOptions = (
  { id, name }: RelyingParty,
  account: Pick<Account, 'id' | 'email' | 'name'>,
  { challenge, known }: { readonly challenge: string; readonly known: readonly Known[] },
): PasskeyCreationOptions => ({
  rp: { id, name },
  user: { id: account.id, name: account.email, displayName: account.name ?? account.email },
  challenge: base64Url(challenge),
  pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
  timeout: ceremonyMs,
  excludeCredentials: known.map(named),
  authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
  attestation: 'none',
  extensions: { credProps: true },
  hints: [],
})

/** To use one; `known`: of these alone, where it is known who signs in. */
export const requestOptions = (
  { id }: RelyingParty,
  { challenge, known }: { readonly challenge: string; readonly known?: readonly Known[] },
): PasskeyRequestOptions => ({
  rpId: id,
  challenge: base64Url(challenge),
  ...(known && { allowCredentials: known.map(named) }),
  timeout: ceremonyMs,
  userVerification: 'required',
})

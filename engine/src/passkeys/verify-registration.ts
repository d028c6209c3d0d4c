// The checks of a new passkey (WebAuthn section 7.1).
import type { PasskeyRegistration } from '@vigile/contract'
import { orRefused, type Refused, refused } from './fault.ts'
import { algorithms } from './options.ts'
import type { RelyingParty } from './relying-party.ts'
import type { PasskeyRow } from './store.ts'

/** WebAuthn section 4, "Credential ID". */
const maxCredentialIdBytes = 1023

export type VerifiedCredential = Pick<
  PasskeyRow,
  'credentialId' | 'publicKey' | 'counter' | 'backupEligible' | 'backedUp' | 'transports'
>

/** `challenge`: the response's own, known to be one of ours. */
export const verifyRegistration = async (
  relyingParty: RelyingParty,
  { response, challenge }: { readonly response: PasskeyRegistration; readonly challenge: string },
): Promise<{ readonly ok: true; readonly value: VerifiedCredential } | Refused> => {
  const verified = await orRefused(() => verify(relyingParty, response, challenge))
  if (!verified.ok) return verified
  const { registrationInfo: info } = verified.value
  if (!info) return refused('signature')
  const { id, publicKey, counter } = info.credential
  if (id !== response.id || Buffer.from(id, 'base64url').length > maxCredentialIdBytes) return refused('credential_id')
  return {
    ok: true,
    value: {
      credentialId: id,
      publicKey: Buffer.from(publicKey).toString('base64url'),
      counter,
      backupEligible: info.credentialDeviceType === 'multiDevice',
      backedUp: info.credentialBackedUp,
      transports: response.response.transports ?? [],
    },
  }
}

const verify = async ({ id, origins }: RelyingParty, response: PasskeyRegistration, challenge: string) => {
  // Loaded when it is needed: it is 24 MiB, and a tenth of a second.
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
  return verifyRegistrationResponse({
    response: await withoutAttestation(response),
    expectedChallenge: challenge,
    expectedOrigin: [...origins],
    expectedRPID: id,
    requireUserPresence: true,
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  })
}

/**
 * The response as if it had come without a statement of the maker's. None was asked for; one that comes all the same is not
 * looked at, since the library would fetch the revocation lists that its certificates name.
 */
const withoutAttestation = async (response: PasskeyRegistration) => {
  const { decodeAttestationObject, isoBase64URL, isoCBOR } = await import('@simplewebauthn/server/helpers')
  const object = decodeAttestationObject(isoBase64URL.toBuffer(response.response.attestationObject))
  const plain = new Map<string, string | Uint8Array | Map<string, string>>([
    ['fmt', 'none'],
    ['attStmt', new Map<string, string>()],
    ['authData', object.get('authData')],
  ])
  const { clientDataJSON, transports = [] } = response.response
  const attestationObject = isoBase64URL.fromBuffer(isoCBOR.encode(plain))
  const { id, rawId, type } = response
  return { id, rawId, type, clientExtensionResults: {}, response: { clientDataJSON, attestationObject, transports } }
}

// The checks of a passkey that is used (WebAuthn section 7.2).
import type { PasskeyAssertion } from '@vigile/contract'
import { orRefused, type Refused, refused } from './fault.ts'
import type { RelyingParty } from './relying-party.ts'
import type { PasskeyRow } from './store.ts'

export type VerifiedUse = { readonly counter: number; readonly backedUp: boolean }

/** `challenge`: the response's own, known to be one of ours. The counter is given back, and judged where it is stored. */
export const verifyAssertion = async (
  { id, origins }: RelyingParty,
  input: { readonly response: PasskeyAssertion; readonly challenge: string; readonly passkey: PasskeyRow },
): Promise<{ readonly ok: true; readonly value: VerifiedUse } | Refused> => {
  const { response, challenge, passkey } = input
  const verified = await orRefused(async () => {
    const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
    const { id: credentialId, rawId, type, response: signed } = response
    const { userHandle, ...needed } = signed
    return verifyAuthenticationResponse({
      response: {
        id: credentialId,
        rawId,
        type,
        clientExtensionResults: {},
        response: { ...needed, ...(userHandle !== undefined && { userHandle }) },
      },
      expectedChallenge: challenge,
      expectedOrigin: [...origins],
      expectedRPID: id,
      requireUserVerification: true,
      // 0: the library would refuse a counter before it has looked at the signature, and then anyone could accuse a passkey.
      credential: { id: passkey.credentialId, publicKey: Buffer.from(passkey.publicKey, 'base64url'), counter: 0 },
    })
  })
  if (!verified.ok) return verified
  const { verified: isSigned, authenticationInfo: info } = verified.value
  if (!isSigned) return refused('signature')
  // S-28: whether a key can leave its device is told when it is made, and never changes.
  if ((info.credentialDeviceType === 'multiDevice') !== passkey.backupEligible) return refused('backup_changed')
  return { ok: true, value: { counter: info.newCounter, backedUp: info.credentialBackedUp } }
}

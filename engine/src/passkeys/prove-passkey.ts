// Whether an answer of an authenticator proves one of our passkeys, for a sign-in or as a second factor.
import type { PasskeyAssertion } from '@vigile/contract'
import type { UserId } from '../primitives/ids.ts'
import type { PasskeyChallenges, Purpose } from './challenges.ts'
import { readClientData } from './client-data.ts'
import { type CeremonyFault, refused } from './fault.ts'
import type { RelyingParty } from './relying-party.ts'
import type { PasskeyRow, PasskeyStore } from './store.ts'
import { type VerifiedUse, verifyAssertion } from './verify-assertion.ts'

export type ProveDeps = {
  readonly relyingParty: RelyingParty
  readonly challenges: PasskeyChallenges
  readonly passkeys: PasskeyStore
}

export type Proof =
  | { readonly ok: true; readonly passkey: PasskeyRow; readonly use: VerifiedUse }
  /** `passkey`: the one that was named, where there is one. */
  | { readonly ok: false; readonly fault: CeremonyFault; readonly passkey: PasskeyRow | null }

/**
 * Uses up the challenge, and checks all but the counter: that is judged by the statement that notes the use (`PasskeyStore.use`).
 * `userId`: only a passkey of this user is right.
 */
export const provePasskey = async (
  deps: ProveDeps,
  input: { readonly response: PasskeyAssertion; readonly purpose: Purpose; readonly userId?: UserId },
): Promise<Proof> => {
  const { response, purpose, userId } = input
  const data = readClientData(response.response.clientDataJSON)
  if (!data.ok) return { ...data, passkey: null }
  const taken = await deps.challenges.take(data.challenge, purpose)
  if (taken) return { ...taken, passkey: null }
  const passkey = await deps.passkeys.findByCredentialId(response.id)
  if (!passkey) return { ...refused('unknown_passkey'), passkey }
  const { userHandle } = response.response
  // Section 7.2, step 6: one who is not known yet is named by the authenticator, and must be the one whose passkey it is.
  const isOwn = userId === undefined ? userHandle === passkey.userId : userId === passkey.userId
  if (!isOwn || (userHandle ?? passkey.userId) !== passkey.userId) return { ...refused('other_user'), passkey }
  const verified = await verifyAssertion(deps.relyingParty, { response, challenge: data.challenge, passkey })
  return verified.ok ? { ok: true, passkey, use: verified.value } : { ...verified, passkey }
}

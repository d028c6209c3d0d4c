// Where a second factor is required and the account has none, it is set up before there is a session.

import type { SignedIn } from '../accounts/begin-signed-in.ts'
import { findDevice } from '../accounts/known-device.ts'
import { hasFactor } from '../second-factor/policy.ts'
import type { PendingSignIn } from '../second-factor/store.ts'
import { addTotp, checkFirstCode, offerTotp, type TotpOffer } from './enrol-totp.ts'
import type { FactorDeps } from './factor-deps.ts'
import { finishSignIn, type WaitingInput } from './finish-sign-in.ts'

type Refused<Code extends string> = { readonly ok: false; readonly error: Code }

/** Refuses `has_factor`: a password alone must not add a second factor beside the one that is asked for. */
export const offerTotpAtSignIn = async (
  deps: FactorDeps,
  { userId }: PendingSignIn,
): Promise<{ readonly ok: true; readonly value: TotpOffer } | Refused<'has_factor' | 'unauthenticated'>> => {
  if (hasFactor(await deps.factors.held(userId))) return { ok: false, error: 'has_factor' }
  const offer = await offerTotp(deps, userId)
  return offer ? { ok: true, value: offer } : { ok: false, error: 'unauthenticated' }
}

export type EnrolledAtSignIn = { readonly signedIn: SignedIn; readonly recoveryCodes: readonly string[] }

/** Adds the app and begins the session, at once. Refuses as above, and `expired` and `wrong_code`. */
export const confirmTotpAtSignIn = async (
  deps: FactorDeps,
  input: WaitingInput & { readonly code: string },
): Promise<
  | { readonly ok: true; readonly value: EnrolledAtSignIn }
  | Refused<'has_factor' | 'unauthenticated' | 'expired' | 'wrong_code'>
> => {
  const { userId } = input.pending
  if (hasFactor(await deps.factors.held(userId))) return { ok: false, error: 'has_factor' }
  const confirmed = await checkFirstCode(deps, userId, input.code)
  if (typeof confirmed === 'string') return { ok: false, error: confirmed }
  const { deviceToken } = await findDevice(deps.accounts, userId, input.deviceTokens)
  const finished = await finishSignIn(deps, input, {
    factor: 'totp',
    deviceToken,
    clears: [],
    // Asked again with the account's row locked: two tabs may do this at once.
    useUp: async (stores, { account, held, now }) =>
      hasFactor(held) ? null : addTotp(deps, stores, { ...input, account, confirmed, before: held, now }),
  })
  if (finished === 'over') return { ok: false, error: 'unauthenticated' }
  if (finished === 'refused') return { ok: false, error: 'expired' }
  deps.mailPosted()
  const { signedIn, used } = finished
  return { ok: true, value: { signedIn, recoveryCodes: used.recoveryCodes ?? [] } }
}

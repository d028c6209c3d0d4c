// Where a second factor is required and the account has none: a passkey is made before there is a session.
import type { PasskeyCreationOptions, PasskeyRegistration } from '@vigile/contract'
import { findDevice } from '../accounts/known-device.ts'
import { addFailed, alreadyKnown, beginAddPasskey, refusalOf } from '../passkeys/add-passkey.ts'
import { checkNewPasskey, insertPasskey } from '../passkeys/new-passkey.ts'
import { hasFactor } from '../second-factor/policy.ts'
import type { PendingSignIn } from '../second-factor/store.ts'
import type { EnrolledAtSignIn } from './enrol-at-sign-in.ts'
import { finishSignIn, type WaitingInput } from './finish-sign-in.ts'
import { type PasskeyFactorDeps, purposeOf } from './pass-by-passkey.ts'

type Refused<Code extends string> = { readonly ok: false; readonly error: Code }

/** Refuses `has_factor`: a password alone must not add a second factor beside the one that is asked for. */
export const offerPasskeyAtSignIn = async (
  deps: PasskeyFactorDeps,
  pending: PendingSignIn,
): Promise<
  { readonly ok: true; readonly value: PasskeyCreationOptions } | Refused<'has_factor' | 'unauthenticated'>
> => {
  const { userId } = pending
  if (hasFactor(await deps.factors.held(userId))) return { ok: false, error: 'has_factor' }
  const begun = await beginAddPasskey(deps, { userId, purpose: purposeOf(pending) })
  return begun.ok ? begun : { ok: false, error: 'unauthenticated' }
}

/** Adds the passkey and begins the session, at once. Refuses as above, and where the passkey does not hold. */
export const addPasskeyAtSignIn = async (
  deps: PasskeyFactorDeps,
  input: WaitingInput & { readonly response: PasskeyRegistration; readonly name: string },
): Promise<
  | { readonly ok: true; readonly value: EnrolledAtSignIn }
  | Refused<'has_factor' | 'unauthenticated' | 'expired' | 'refused' | 'known'>
> => {
  const { pending, response, name, context, locale } = input
  const { userId } = pending
  if (hasFactor(await deps.factors.held(userId))) return { ok: false, error: 'has_factor' }
  const checked = await checkNewPasskey(deps, { response, purpose: purposeOf(pending) })
  if (!checked.ok) {
    await deps.audit.append([addFailed(deps, { userId, context }, checked.fault)])
    return { ok: false, error: refusalOf(checked.fault) }
  }
  const credential = checked.value
  const { deviceToken } = await findDevice(deps.accounts, userId, input.deviceTokens)
  let isKnown = false
  const finished = await finishSignIn(deps, input, {
    factor: 'passkey',
    deviceToken,
    clears: [],
    // Asked again with the account's row locked: two tabs may do this at once.
    useUp: async (stores, { account, held, now }) => {
      if (hasFactor(held)) return null
      const added = await insertPasskey(deps, stores, { account, before: held, credential, name, now, context, locale })
      isKnown = added === 'known'
      return typeof added === 'string' ? null : added
    },
  })
  if (finished === 'over') return { ok: false, error: 'unauthenticated' }
  if (finished === 'refused') {
    if (!isKnown) return { ok: false, error: 'has_factor' }
    await deps.audit.append([addFailed(deps, { userId, context }, alreadyKnown)])
    return { ok: false, error: 'known' }
  }
  deps.mailPosted()
  const { signedIn, used } = finished
  return { ok: true, value: { signedIn, recoveryCodes: used.recoveryCodes ?? [] } }
}

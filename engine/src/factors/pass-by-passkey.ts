// The second factor by a passkey of the account.
import type { PasskeyAssertion, PasskeyRequestOptions } from '@vigile/contract'
import type { SignedIn } from '../accounts/begin-signed-in.ts'
import { findDevice } from '../accounts/known-device.ts'
import { auditEntry } from '../audit/entry.ts'
import type { CeremonyFault } from '../passkeys/fault.ts'
import { noteUse, type UseFault, warnOfCopy } from '../passkeys/note-use.ts'
import { requestOptions } from '../passkeys/options.ts'
import { type ProveDeps, provePasskey } from '../passkeys/prove-passkey.ts'
import type { PasskeyRow } from '../passkeys/store.ts'
import type { PendingSignIn } from '../second-factor/store.ts'
import { strangersAtCodes } from '../second-factor/strangers-at-codes.ts'
import type { FactorDeps } from './factor-deps.ts'
import { finishSignIn, type WaitingInput } from './finish-sign-in.ts'
import { maxTries } from './pass-by-code.ts'

export type PasskeyFactorDeps = FactorDeps & ProveDeps

/** S-22: of no use to another sign-in. */
export const purposeOf = ({ tokenHash }: PendingSignIn) => `second-factor.${tokenHash}` as const

/** What to ask the browser for: one of the account's own. Null: it has none. */
export const askForPasskey = async (deps: ProveDeps, pending: PendingSignIn): Promise<PasskeyRequestOptions | null> => {
  const known = await deps.passkeys.listOfUser(pending.userId)
  if (known.length === 0) return null
  return requestOptions(deps.relyingParty, { challenge: deps.challenges.issue(purposeOf(pending)), known })
}

export type PasskeyFactorInput = WaitingInput & { readonly response: PasskeyAssertion }

/** Signs in by a passkey. Refuses `invalid_credentials`, whatever is wrong with it, and `unauthenticated` (what waited is over). */
export const passByPasskey = async (
  deps: PasskeyFactorDeps,
  input: PasskeyFactorInput,
): Promise<
  | { readonly ok: true; readonly value: SignedIn }
  | { readonly ok: false; readonly error: 'invalid_credentials' | 'unauthenticated' }
> => {
  const { pending, response, deviceTokens } = input
  const { tokenHash, userId } = pending
  if (!(await deps.pendingSignIns.beginTry(tokenHash, maxTries, deps.clock.now())))
    return { ok: false, error: 'unauthenticated' }
  const proof = await provePasskey(deps, { response, purpose: purposeOf(pending), userId })
  if (!proof.ok) return refuse(deps, input, proof.passkey, proof.fault)
  const { passkey, use } = proof
  const { deviceToken } = await findDevice(deps.accounts, userId, deviceTokens)
  let fault: UseFault = { reason: 'changed_meanwhile' }
  const finished = await finishSignIn(deps, input, {
    factor: 'passkey',
    deviceToken,
    // It proves more than a code does, as a recovery code.
    clears: [strangersAtCodes(userId)],
    useUp: async ({ passkeys }, { now }) => {
      const found = await noteUse(passkeys, { passkey, use, now })
      fault = found ?? fault
      return found === null ? true : null
    },
  })
  if (finished === 'over') return { ok: false, error: 'unauthenticated' }
  return finished === 'refused' ? refuse(deps, input, passkey, fault) : { ok: true, value: finished.signedIn }
}

const refuse = async (
  deps: PasskeyFactorDeps,
  { pending: { userId, by }, context }: PasskeyFactorInput,
  passkey: PasskeyRow | null,
  fault: CeremonyFault | UseFault,
) => {
  if (passkey) warnOfCopy(deps.log, passkey, fault)
  const act = { action: 'session:sign-in:failed', at: deps.clock.now(), userId, resource: 'user', resourceId: userId }
  await deps.audit.append([auditEntry(context, { ...act, details: { by, secondFactor: 'passkey', ...fault } })])
  return { ok: false, error: 'invalid_credentials' } as const
}

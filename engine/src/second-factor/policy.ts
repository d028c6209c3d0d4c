// Who needs a second factor, and which ones will do.
import type { Factor } from '@vigile/contract'
import type { HeldFactors } from './store.ts'

/** `required`: whoever has no second factor sets one up at sign-in. */
export type FactorPolicy = 'optional' | 'required'

/** Recovery codes are none: they stand in for one that was lost. */
export const hasFactor = ({ totp, passkeys }: Pick<HeldFactors, 'totp' | 'passkeys'>): boolean => totp || passkeys > 0

/** Whether a right first factor is not enough (S-15): the same answer for every way in. */
export const isFactorRequired = (policy: FactorPolicy, held: HeldFactors): boolean =>
  policy === 'required' || hasFactor(held)

/** Whether the last factor would go where one is required: so that nobody locks himself out, nor walks around the policy. */
export const isLastRequired = (policy: FactorPolicy, left: HeldFactors): boolean =>
  policy === 'required' && !hasFactor(left)

/** What can be used, in the order in which it is offered. */
export const usableFactors = (held: HeldFactors): readonly Factor[] => {
  if (!hasFactor(held)) return []
  return [
    ...(held.totp ? (['totp'] as const) : []),
    ...(held.passkeys > 0 ? (['passkey'] as const) : []),
    ...(held.recoveryCodes > 0 ? (['recovery_code'] as const) : []),
  ]
}

// Who needs a second factor, and which ones will do.
import type { Factor } from '@vigile/contract'
import type { UserId } from '../primitives/ids.ts'
import { heldPermissions } from '../roles/held-permissions.ts'
import { holds } from '../roles/permissions.ts'
import type { RoleStore } from '../roles/store.ts'
import type { HeldFactors } from './store.ts'

/** `required`: whoever has no second factor sets one up at sign-in; `requiredFor`: whoever holds one of these permissions does. */
export type FactorPolicy = 'optional' | 'required' | { readonly requiredFor: readonly string[] }

/** What may be done with a second factor alone, where the policy names it. */
export const permissionsThatTakeAFactor = (policy: FactorPolicy): readonly string[] =>
  typeof policy === 'string' ? [] : policy.requiredFor

export type FactorPolicyStore = Pick<RoleStore, 'list' | 'assignments'>

/** Recovery codes are none: they stand in for one that was lost. */
export const hasFactor = ({ totp, passkeys }: Pick<HeldFactors, 'totp' | 'passkeys'>): boolean => totp || passkeys > 0

/** Whether the policy asks a second factor of this account, as of now; each check asks what the session proved (`roles/live-permissions.ts`). */
export const isFactorDemanded = async (
  policy: FactorPolicy,
  roles: FactorPolicyStore,
  userId: UserId,
): Promise<boolean> => {
  if (typeof policy === 'string') return policy === 'required'
  const held = await heldPermissions(roles, userId)
  return policy.requiredFor.some((permission) => holds(held, permission))
}

/** Whether a right first factor is not enough (S-15): the same answer for every way in. */
export const isFactorRequired = async (
  policy: FactorPolicy,
  roles: FactorPolicyStore,
  { userId, held }: { readonly userId: UserId; readonly held: HeldFactors },
): Promise<boolean> => hasFactor(held) || isFactorDemanded(policy, roles, userId)

/** Whether the last factor would go where one is required: so that nobody locks himself out, nor walks around the policy. */
export const isLastRequired = async (
  policy: FactorPolicy,
  roles: FactorPolicyStore,
  { userId, left }: { readonly userId: UserId; readonly left: HeldFactors },
): Promise<boolean> => !hasFactor(left) && isFactorDemanded(policy, roles, userId)

/** What can be used, in the order in which it is offered. */
export const usableFactors = (held: HeldFactors): readonly Factor[] => {
  if (!hasFactor(held)) return []
  return [
    ...(held.totp ? (['totp'] as const) : []),
    ...(held.passkeys > 0 ? (['passkey'] as const) : []),
    ...(held.recoveryCodes > 0 ? (['recovery_code'] as const) : []),
  ]
}

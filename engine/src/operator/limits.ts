// The limits of applications (LIM-8).
import type { Count, LimitStore, Rule } from '../limits/store.ts'
import { requireInteger } from '../primitives/require-integer.ts'

export type Limits = {
  /**
   * Counts one hit of an application's own limit, on all nodes: `limit` hits (1 to a million) within `windowSeconds` (30
   * days at most) from the first one. Throws RangeError outside. A key belongs to one rule.
   *
   * @example
   * const { allowed, resetMs } = await auth.limits.check(`export:${user.id}`, { limit: 5, windowSeconds: 900 })
   */
  check(key: string, rule: Rule): Promise<Count>
}

const maxWindowSeconds = 30 * 86_400

export const createLimits = ({ limits }: { readonly limits: Pick<LimitStore, 'hit'> }): Limits => ({
  check: async (key, { limit, windowSeconds }) => {
    requireInteger('limits.check: limit', limit, { min: 1, max: 1_000_000 })
    // A window of nothing would never refuse.
    requireInteger('limits.check: windowSeconds', windowSeconds, { min: 1, max: maxWindowSeconds })
    return limits.hit('application', key, { limit, windowSeconds })
  },
})

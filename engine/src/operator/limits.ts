// The limits of applications (LIM-8).
import type { Verdict } from '../limits/limiter.ts'
import { toVerdict } from '../limits/limiter.ts'
import type { Count, LimitStore, Rule } from '../limits/store.ts'
import { sha256 } from '../primitives/hash.ts'
import { requireInteger } from '../primitives/require-integer.ts'

/** What an application tells its client of a limit. */
export type LimitWords = {
  /** The RateLimit fields, for the application's own answers. */
  readonly headers: Readonly<Record<string, string>>
  /** The answer of Vigile's own routes to one too many: 429, how long to wait, in the language of that request. */
  refusal(request: Request): Response
}

export type Limits = {
  /**
   * Counts one hit of an application's own limit, on all nodes: `limit` hits (1 to a million) within `windowSeconds` (30
   * days at most) from the first one. Throws RangeError outside. A key belongs to one rule.
   *
   * @example
   * const exports = await auth.limits.check(`export:${user.id}`, { limit: 5, windowSeconds: 900 })
   * if (!exports.allowed) return exports.refusal(request)
   */
  check(key: string, rule: Rule): Promise<Count & LimitWords>
}

const maxWindowSeconds = 30 * 86_400
/** Longer keys are hashed: they may be what a client wrote. */
const maxKeyLength = 256

export const createLimits = (deps: {
  readonly limits: Pick<LimitStore, 'hit'>
  readonly sayLimit: (verdict: Verdict) => LimitWords
}): Limits => ({
  check: async (key, { limit, windowSeconds }) => {
    requireInteger('limits.check: limit', limit, { min: 1, max: 1_000_000 })
    // A window of nothing would never refuse.
    requireInteger('limits.check: windowSeconds', windowSeconds, { min: 1, max: maxWindowSeconds })
    const rule = { limit, windowSeconds }
    const count = await deps.limits.hit('application', key.length > maxKeyLength ? sha256(key, 'hex') : key, rule)
    return { ...count, ...deps.sayLimit(toVerdict('application', rule, count)) }
  },
})

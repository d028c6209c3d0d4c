// Counts against the named rules. An attempt is counted before it is made, so that parallel attempts can't slip through
// (H-14, LIM-4), and taken back where it turned out not to be what the rule counts.
import type { RuleName, Rules } from './rules.ts'
import type { Count, LimitStore, Rule } from './store.ts'

/** `userId`: whose count it is, where that is known; an operator is told so of a block. */
export type Hit = { readonly rule: RuleName; readonly key: string; readonly userId?: string }

/** What the answer tells of a limit (the RateLimit fields). */
export type Verdict = {
  readonly allowed: boolean
  /** `application`: a limit of the application's own (LIM-8). */
  readonly rule: RuleName | 'application'
  readonly limit: number
  readonly windowSeconds: number
  readonly remaining: number
  readonly resetSeconds: number
}

export type Limiter = {
  /**
   * Counts one hit against each; where one refuses, the others are taken back. Gives the strictest verdict; null where none
   * of the rules is on.
   */
  take(hits: readonly Hit[]): Promise<Verdict | null>
  /** Takes the hits back. A failure to do so only leaves the limit stricter. */
  release(hits: readonly Hit[]): Promise<void>
}

/** For those who are never limited. */
export const noLimits: Limiter = { take: async () => null, release: async () => {} }

export const toVerdict = (name: Verdict['rule'], rule: Rule, count: Count): Verdict => ({
  allowed: count.allowed,
  rule: name,
  limit: rule.limit,
  windowSeconds: rule.windowSeconds,
  remaining: count.remaining,
  resetSeconds: Math.max(1, Math.ceil(count.resetMs / 1000)),
})

/** A refusal before anything allowed; then what leaves less; then what takes longer. */
const stricter = (a: Verdict, b: Verdict): Verdict => {
  if (a.allowed !== b.allowed) return a.allowed ? b : a
  if (a.remaining !== b.remaining) return a.remaining < b.remaining ? a : b
  return a.resetSeconds >= b.resetSeconds ? a : b
}

export const createLimiter = (store: LimitStore, rules: Rules): Limiter => {
  const active = (hits: readonly Hit[]) =>
    hits.flatMap(({ rule: name, key, userId }) => {
      const rule = rules[name]
      return rule === null ? [] : [{ name, key, rule, userId }]
    })
  const giveBack = async (hits: ReturnType<typeof active>) => {
    await Promise.all(hits.map(({ name, key, rule }) => store.refund(name, key, rule)))
  }
  const count = async ({ name, key, rule, userId }: ReturnType<typeof active>[number]) =>
    toVerdict(name, rule, await store.hit(name, key, rule, userId))
  return {
    release: (hits) => giveBack(active(hits)),
    take: async (hits) => {
      const counted = active(hits)
      const verdicts = await Promise.all(counted.map(count))
      const [first, ...others] = verdicts
      if (!first) return null
      const strictest = others.reduce(stricter, first)
      // One that was refused was not made: it must not use up the others.
      if (!strictest.allowed) await giveBack(counted.filter((_, index) => verdicts[index]?.allowed))
      return strictest
    },
  }
}

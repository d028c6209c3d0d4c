// The limits of applications (LIM-8), and what operators see and lift (LIM-6).
import type { Actor } from '../audit/actor.ts'
import type { Block } from '../blocks/block.ts'
import { type BlocksFound, findBlocks } from '../blocks/find-blocks.ts'
import { type LiftBlockDeps, liftBlock } from '../blocks/lift-block.ts'
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
  /**
   * Who is refused now: the limits that refused somebody and are still reached, and the sign-ins that a hundred failures closed
   * (LIM-7), those first; 50 (`limit`: 1 to 200). `who`: those of an email address, a user's id, an address or a session's id alone.
   * `limits` of the result: whose counts were seen. Without a shared Redis each node has its own, and a command (`role: 'command'`) none.
   * Rejects with a `StoreUnavailableError` where the shared Redis can't be asked, with a RangeError for what can't be a `who` or `limit`.
   *
   * @example
   * const { blocks } = await auth.limits.list({ who: 'ada@example.com' })
   */
  list(input?: { readonly who?: string; readonly limit?: number }): Promise<BlocksFound>
  /**
   * Lifts a block by its id: the count begins anew, the closed sign-in is open again. On record with who did it. Refuses `not_found`: it
   * is over, or was lifted. Rejects where the shared Redis can't be asked.
   *
   * @example
   * for (const { id } of blocks) await auth.limits.lift(id, { kind: 'application', name: 'help desk' })
   */
  lift(
    id: string,
    by: Actor,
  ): Promise<{ readonly ok: true; readonly value: Block } | { readonly ok: false; readonly error: 'not_found' }>
}

const maxWindowSeconds = 30 * 86_400
/** Longer keys are hashed: they may be what a client wrote. */
const maxKeyLength = 256

export const createCheck = (deps: {
  readonly limits: Pick<LimitStore, 'hit'>
  readonly sayLimit: (verdict: Verdict) => LimitWords
}): Pick<Limits, 'check'> => ({
  check: async (key, { limit, windowSeconds }) => {
    requireInteger('limits.check: limit', limit, { min: 1, max: 1_000_000 })
    // A window of nothing would never refuse.
    requireInteger('limits.check: windowSeconds', windowSeconds, { min: 1, max: maxWindowSeconds })
    const rule = { limit, windowSeconds }
    const count = await deps.limits.hit('application', key.length > maxKeyLength ? sha256(key, 'hex') : key, rule)
    return { ...count, ...deps.sayLimit(toVerdict('application', rule, count)) }
  },
})

export const createBlocks = (deps: LiftBlockDeps): Pick<Limits, 'list' | 'lift'> => ({
  list: (input) => findBlocks(deps, input),
  lift: async (id, by) => {
    const lifted = await liftBlock(deps, id, by)
    return lifted.ok ? lifted : { ok: false, error: 'not_found' }
  },
})

// Counts of one process: the embedded default, and what goes on counting while Redis is out of reach.
import { type LimitStore, maxListed } from '../limits/store.ts'
import type { Clock } from '../primitives/clock.ts'

/** `refused`: what an operator is told of a count that has refused somebody. */
type Window = {
  used: number
  readonly endsAt: number
  refused?: { readonly name: string; readonly key: string; readonly userId: string | null; readonly limit: number }
}

const defaultMaxKeys = 100_000
const sweepEveryMs = 10_000

/**
 * A hit that is refused is not counted, so what `refund` gives back is free again. Holds `maxKeys` counts at most; then
 * those that ended are forgotten, or else the oldest, which costs an attacker as many requests as there are keys.
 *
 * @example
 * const limits = createMemoryLimits({ clock: database.clock })
 * await limits.hit('sign-in:ip', '192.0.2.7', { limit: 10, windowSeconds: 900 }) // { allowed: true, remaining: 9, … }
 */
export const createMemoryLimits = ({
  clock,
  maxKeys = defaultMaxKeys,
}: {
  readonly clock: Clock
  readonly maxKeys?: number
}): LimitStore => {
  // In the order in which the windows began.
  const windows = new Map<string, Window>()
  let nextSweepAt = 0

  const current = (key: string): Window | undefined => {
    const window = windows.get(key)
    if (window && window.endsAt > clock.now()) return window
    windows.delete(key)
    return undefined
  }
  /** Now and then only: it looks at every key. */
  const forgetEnded = () => {
    const now = clock.now()
    if (now < nextSweepAt) return
    nextSweepAt = now + sweepEveryMs
    for (const [key, { endsAt }] of windows) if (endsAt <= now) windows.delete(key)
  }
  const begin = (key: string, windowSeconds: number): Window => {
    if (windows.size >= maxKeys) forgetEnded()
    if (windows.size >= maxKeys) windows.delete(windows.keys().next().value as string)
    const window: Window = { used: 0, endsAt: clock.now() + windowSeconds * 1_000 }
    windows.set(key, window)
    return window
  }

  return {
    hit: async (name, key, { limit, windowSeconds }, userId) => {
      const id = toId(name, key)
      const window = current(id) ?? begin(id, windowSeconds)
      const allowed = window.used < limit
      if (allowed) window.used += 1
      else window.refused = { name, key, userId: userId ?? null, limit }
      return { allowed, remaining: Math.max(limit - window.used, 0), resetMs: window.endsAt - clock.now() }
    },
    refund: async (name, key) => {
      const id = toId(name, key)
      const window = current(id)
      // A count of nothing is not kept, or whoever one limit refuses would push out the counts of others, and its own.
      if (window && window.used <= 1) windows.delete(id)
      else if (window) window.used -= 1
    },
    lift: async (name, key) => {
      const id = toId(name, key)
      return current(id) !== undefined && windows.delete(id)
    },
    listFull: async (wanted, limit) => {
      const now = clock.now()
      return [...windows.values()]
        .flatMap(({ used, endsAt, refused }) =>
          refused && used >= refused.limit && endsAt > now && wanted(refused)
            ? [{ ...refused, used, until: endsAt }]
            : [],
        )
        .sort((a, b) => b.until - a.until)
        .slice(0, Math.min(limit, maxListed))
    },
    isShared: false,
    isDegraded: () => false,
    close: async () => windows.clear(),
  }
}

/** Names hold no space. */
const toId = (name: string, key: string) => `${name} ${key}`

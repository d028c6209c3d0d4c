// While the database is away nothing can be written down: a node remembers, and writes when it is back.
import { gapMs, heldMs } from './next-period.ts'
import type { PartState, Period } from './period.ts'

const dayMs = 86_400_000
/** A database that comes and goes each few minutes, all day long. */
const maxOutages = 500

/** `noticedAt`: from then on this node knew. */
export type Outage = { readonly from: number; readonly noticedAt: number; readonly to: number }

export type Outages = {
  /** It is away at `at`, and has been since it was last there. */
  note(lastThereAt: number, at: number): void
  /** It is there. */
  end(): void
  /** Of the last 24 hours, the oldest first. A single look is none: the node itself may have been busy. */
  list(): readonly Outage[]
  /** They have been written. */
  clear(): void
}

export const createOutages = (): Outages => {
  let outages: readonly Outage[] = []
  let current: Outage | null = null
  return {
    note: (lastThereAt, at) => {
      if (current === null || at - current.to > gapMs) {
        current = { from: Math.min(lastThereAt, at), noticedAt: at, to: at }
        return
      }
      const { from, noticedAt } = current
      current = { from: Math.max(from, at - dayMs), noticedAt: Math.max(noticedAt, at - dayMs), to: at }
      const others = outages.filter((one) => one.noticedAt < noticedAt && one.to > at - dayMs)
      outages = [...others, current].slice(-maxOutages)
    },
    end: () => {
      current = null
    },
    list: () => outages,
    clear: () => {
      outages = []
    },
  }
}

/** What of an outage nobody has measured. A node that alone lost the database does not speak for those that went on. */
export const unseenParts = (
  { from, noticedAt, to }: Outage,
  periods: readonly Period[],
): readonly { readonly from: number; readonly to: number }[] => {
  const seen = periods.filter((one) => one.seenAt > from && one.beganAt < to)
  const unseen: { from: number; to: number }[] = []
  let at = from
  let state: PartState = 'down'
  for (const one of seen.sort((one, other) => one.beganAt - other.beganAt)) {
    if (one.beganAt > at) unseen.push({ from: at, to: one.beganAt })
    if (one.seenAt > at) {
      at = one.seenAt
      state = one.state
    }
  }
  // Others had it when this node had not, and say so again only once a minute.
  const goesOn = state !== 'down' && at > noticedAt && to - at <= heldMs
  return at < to && !goesOn ? [...unseen, { from: at, to }] : unseen
}

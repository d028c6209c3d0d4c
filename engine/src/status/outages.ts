// While the database is away nothing can be written down: a node remembers, and writes when it is back.
import { gapMs } from './next-period.ts'
import type { Period } from './period.ts'

const dayMs = 86_400_000
/** A database that comes and goes each few minutes, all day long. */
const maxOutages = 500

export type Outage = { readonly from: number; readonly to: number }

export type Outages = {
  /** It is away at `at`, and has been since `since`. */
  note(since: number, at: number): void
  /** Of the last 24 hours, the oldest first. */
  list(): readonly Outage[]
  /** They have been written. */
  clear(): void
}

export const createOutages = (): Outages => {
  let outages: readonly Outage[] = []
  return {
    note: (since, at) => {
      const last = outages.at(-1)
      const goesOn = last !== undefined && at - last.to <= gapMs
      const noted = goesOn ? { from: last.from, to: Math.max(last.to, at) } : { from: Math.min(since, at), to: at }
      outages = [...(goesOn ? outages.slice(0, -1) : outages), noted]
        .filter(({ to }) => to > at - dayMs)
        .map(({ from, to }) => ({ from: Math.max(from, at - dayMs), to }))
        .slice(-maxOutages)
    },
    list: () => outages,
    clear: () => {
      outages = []
    },
  }
}

/** What of an outage nobody has measured. A node that alone lost the database does not speak for those that went on. */
export const unseenParts = ({ from, to }: Outage, periods: readonly Period[]): readonly Outage[] => {
  const seen = periods.filter((one) => one.seenAt > from && one.beganAt < to)
  const unseen: Outage[] = []
  let at = from
  for (const { beganAt, seenAt } of seen.sort((one, other) => one.beganAt - other.beganAt)) {
    if (beganAt > at) unseen.push({ from: at, to: beganAt })
    at = Math.max(at, seenAt)
  }
  return at < to ? [...unseen, { from: at, to }] : unseen
}

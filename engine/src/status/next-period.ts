// What a node that has just looked at a part writes down. Every node looks; the rows tell each what the others have seen.
import { isWorse, type PartState, type Period, signInPart } from './period.ts'

/** Who looks speaks for the time since somebody looked last, as far as that is no longer ago. */
export const gapMs = 150_000
/** A node that has just started may have been stopped in an outage. Rows are moved each minute by those that go on. */
const freshGapMs = 100_000
/** A period is moved on once a minute, by whichever node comes first. */
const betweenMovesMs = 50_000
/** What one node sees, such as a provider that does not answer it, is believed until it has not been said for so long. */
export const heldMs = 100_000

export type NextPeriod = { readonly act: 'none' } | { readonly act: 'extend' | 'open'; readonly period: Period }

/** `known`: the newest of this part; null: there is none. `isFresh`: this node has seen none before. */
export const nextPeriod = (
  known: Period | null,
  {
    part,
    state,
    now,
    isFresh = false,
  }: { readonly part: string; readonly state: PartState; readonly now: number; readonly isFresh?: boolean },
): NextPeriod => {
  if (known === null || now - known.seenAt > (isFresh ? freshGapMs : gapMs)) {
    // By the minute, so that nodes which start together mean the same one.
    const minute = Math.floor(now / 60_000) * 60_000
    return { act: 'open', period: { part, state, beganAt: Math.max(minute, known?.seenAt ?? 0), seenAt: now } }
  }
  if (state === known.state)
    return now - known.seenAt < betweenMovesMs ? { act: 'none' } : { act: 'extend', period: known }
  if (now <= known.seenAt || isWorse(heldState(known, now), state)) return { act: 'none' }
  return { act: 'open', period: { part, state, beganAt: known.seenAt, seenAt: now } }
}

/** What the nodes have said of a part lately; null: nothing that still counts. */
export const heldState = (known: Period | null, now: number): PartState | null => {
  if (known === null || now - known.seenAt >= heldMs) return null
  // That nobody could sign in is written when it is over: until then there is nothing to write in.
  return known.part === signInPart && known.state === 'down' ? null : known.state
}

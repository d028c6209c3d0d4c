// What is told of the last 90 days, from the periods alone. Nothing here knows a database or a clock.
import { type PartState, type Period, worst } from './period.ts'

const dayMs = 86_400_000
const daysShown = 90
const maxIncidents = 50

/** Periods are kept for so long. */
export const historyMs = daysShown * dayMs

/** A day in UTC. What is left of it was not measured: nobody knows. */
export type StatusDay = {
  /** `2026-11-22` */
  readonly day: string
  readonly measuredMs: number
  readonly degradedMs: number
  readonly downMs: number
}

export type Incident = {
  /** The worst that it came to. */
  readonly state: 'degraded' | 'down'
  /** Epoch milliseconds. */
  readonly from: number
  /** Null: it goes on. */
  readonly to: number | null
}

export type History = {
  /** The oldest first; the last is today. */
  readonly days: readonly StatusDay[]
  /** The newest first, 50 at most. */
  readonly incidents: readonly Incident[]
  /** Of the time that was measured, the part that was not `down`: 0 to 1. Null: nothing was measured. */
  readonly availability: number | null
}

type Stretch = { readonly state: PartState; readonly from: number; readonly to: number }

/**
 * The history of one part. Several nodes saw it, so periods may overlap, be there twice, and come in any order: at each moment the
 * worst that was seen counts, and moments that nobody saw are not measured. `current`: as it is now; null, nobody knows.
 */
export const historyOf = (periods: readonly Period[], now: number, current: PartState | null): History => {
  const today = Math.floor(now / dayMs) * dayMs
  const start = today - (daysShown - 1) * dayMs
  const stretches = stretchesOf(periods, start, now)
  const days = Array.from({ length: daysShown }, (_, index) => dayOf(stretches, start + index * dayMs))
  const measuredMs = sum(days.map((day) => day.measuredMs))
  const downMs = sum(days.map((day) => day.downMs))
  return {
    days,
    incidents: incidentsOf(stretches, current).slice(0, maxIncidents),
    availability: measuredMs === 0 ? null : 1 - downMs / measuredMs,
  }
}

/** What was seen, in order, with no overlap: neighbours that touch differ in state. */
const stretchesOf = (periods: readonly Period[], start: number, end: number): readonly Stretch[] => {
  const turns = periods
    .map(({ state, beganAt, seenAt }) => ({ state, from: Math.max(beganAt, start), to: Math.min(seenAt, end) }))
    .filter(({ from, to }) => from < to)
    .flatMap(({ state, from, to }) => [
      { at: from, state, by: 1 },
      { at: to, state, by: -1 },
    ])
    .sort((one, other) => one.at - other.at)
  const open = { up: 0, degraded: 0, down: 0 }
  const stretches: Stretch[] = []
  let from = start
  for (const { at, state, by } of turns) {
    const seen = worst((['up', 'degraded', 'down'] as const).filter((one) => open[one] > 0))
    if (seen !== null && from < at) {
      const last = stretches.at(-1)
      const goesOn = last?.to === from && last.state === seen
      if (goesOn) stretches.pop()
      stretches.push({ state: seen, from: goesOn ? last.from : from, to: at })
    }
    open[state] += by
    from = at
  }
  return stretches
}

const dayOf = (stretches: readonly Stretch[], from: number): StatusDay => {
  const to = from + dayMs
  const msOf = (states: readonly PartState[]) =>
    sum(
      stretches
        .filter(({ state }) => states.includes(state))
        .map((one) => Math.max(0, Math.min(one.to, to) - Math.max(one.from, from))),
    )
  return {
    day: new Date(from).toISOString().slice(0, 10),
    measuredMs: msOf(['up', 'degraded', 'down']),
    degradedMs: msOf(['degraded']),
    downMs: msOf(['down']),
  }
}

/** Degraded and down that follow each other at once are one incident. */
const incidentsOf = (stretches: readonly Stretch[], current: PartState | null): readonly Incident[] => {
  const incidents: { state: 'degraded' | 'down'; from: number; to: number | null }[] = []
  for (const { state, from, to } of stretches) {
    if (state === 'up') continue
    const last = incidents.at(-1)
    if (last?.to === from) {
      last.to = to
      if (state === 'down') last.state = state
    } else incidents.push({ state, from, to })
  }
  const last = incidents.at(-1)
  if (last && last.to === stretches.at(-1)?.to && current !== 'up' && current !== null) last.to = null
  return incidents.reverse()
}

const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0)

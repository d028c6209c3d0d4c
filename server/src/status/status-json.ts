// `/status.json`: what the page says, for programs.
import type { StatusReport } from '@vigile/engine'

const time = (at: number): string => new Date(at).toISOString()
const seconds = (ms: number): number => Math.round(ms / 1000)

/** `null` as a state: not known at present. Providers have names of their own; `sign-in` and `email` have none. */
export const statusJson = ({ at, state, hasHistory, parts }: StatusReport) => ({
  at: time(at),
  state,
  historyComplete: hasHistory,
  parts: parts.map((part) => ({
    id: part.id,
    name: part.name,
    state: part.state,
    availability: part.availability,
    incidents: part.incidents.map(({ state, from, to }) => ({
      state,
      from: time(from),
      to: to === null ? null : time(to),
    })),
    days: part.days.map(({ day, measuredMs, degradedMs, downMs }) => ({
      day,
      measuredSeconds: seconds(measuredMs),
      degradedSeconds: seconds(degradedMs),
      downSeconds: seconds(downMs),
    })),
  })),
})

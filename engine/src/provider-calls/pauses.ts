// Until when a provider asked to be left alone: altogether, or on one route with one token. Never for long: a word too many, from
// it or from a proxy before it, must not close a sign-in for hours.

const maxPauses = 1_000
const longestMs = 60_000

type Pause = { readonly since: number; readonly until: number }

export type Pauses = {
  leftMs(route: string): number
  /** When that began, in epoch milliseconds. */
  since(route: string): number
  /** For a minute at most: then it is asked again. */
  pause(route: string | 'everything', ms: number): void
}

export const createPauses = (now: () => number): Pauses => {
  const none: Pause = { since: 0, until: 0 }
  let everything = none
  const routes = new Map<string, Pause>()
  const longer = (one: Pause, other: Pause) => (other.until > one.until ? other : one)
  const of = (route: string) => longer(everything, routes.get(route) ?? none)
  /** One that is asked for while another runs goes on from where that began. */
  const after = (before: Pause, ms: number): Pause => ({
    since: before.until > now() ? before.since : now(),
    until: now() + Math.min(ms, longestMs),
  })
  return {
    leftMs: (route) => Math.max(0, of(route).until - now()),
    since: (route) => of(route).since,
    pause: (route, ms) => {
      if (route === 'everything') {
        everything = longer(everything, after(everything, ms))
        return
      }
      const before = routes.get(route) ?? none
      routes.delete(route)
      // In the order in which they began. Whoever is forgotten too soon hears it from the provider again.
      if (routes.size >= maxPauses) for (const [old, { until }] of routes) if (until <= now()) routes.delete(old)
      if (routes.size >= maxPauses) routes.delete(routes.keys().next().value as string)
      routes.set(route, after(before, ms))
    },
  }
}

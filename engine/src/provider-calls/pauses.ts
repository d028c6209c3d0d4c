// Until when a provider asked to be left alone: altogether, or on one route with one token.

const maxPauses = 1_000

export type Pauses = {
  leftMs(route: string): number
  pause(route: string | 'everything', ms: number): void
}

export const createPauses = (now: () => number): Pauses => {
  let everythingUntil = 0
  const until = new Map<string, number>()
  return {
    leftMs: (route) => Math.max(0, everythingUntil - now(), (until.get(route) ?? 0) - now()),
    pause: (route, ms) => {
      if (route === 'everything') {
        everythingUntil = Math.max(everythingUntil, now() + ms)
        return
      }
      until.delete(route)
      // In the order in which they began. Whoever is forgotten too soon hears it from the provider again.
      if (until.size >= maxPauses) for (const [old, end] of until) if (end <= now()) until.delete(old)
      if (until.size >= maxPauses) until.delete(until.keys().next().value as string)
      until.set(route, now() + ms)
    },
  }
}

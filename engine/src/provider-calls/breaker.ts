// The circuit breaker of one provider (RES-2): after so many faults in a row on one of its routes it is left alone for a while, then
// asked once. By route: where codes are taken as ever, profiles may all fail, and each sign-in with them.
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult, type IBackoff } from 'cockatiel'

export type BreakerState = {
  /** `half_open`: the next call is let through, or is under way, and decides. */
  readonly state: 'closed' | 'open' | 'half_open'
  /** Since when, in epoch milliseconds. */
  readonly since: number
}

export type Breaker<Outcome> = {
  read(): BreakerState
  /** Null: calls go through. Otherwise the milliseconds after which it is worth another try. */
  refusesForMs(): number | null
  /** Does the work on a route, which must not reject, and learns from it. Only while `refusesForMs` is null. */
  run(route: string, work: () => Promise<Outcome>): Promise<Outcome>
}

/** Those of a provider are few; an address that it makes up anew each time is none of them. */
const maxRoutes = 100

/** The one call that decides is under way: it is over soon. */
const decidedWithinMs = 1_000

export const createBreaker = <Outcome>(options: {
  readonly failuresToOpen: number
  readonly openMs: number
  readonly isFault: (outcome: Outcome) => boolean
  readonly now: () => number
  readonly onChange: (state: BreakerState) => void
}): Breaker<Outcome> => {
  const { failuresToOpen, openMs, now, onChange } = options
  let since = now()
  const openForMs = () => openMs - (now() - since)
  // By our clock, which follows the database's, not by the machine's: the policy subtracts times of its own from this.
  const until: IBackoff<unknown> = {
    get duration() {
      return openForMs() > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    },
    next: () => until,
  }
  const policy = circuitBreaker(
    handleWhenResult((learnt) => (learnt as { readonly opens: boolean }).opens),
    { breaker: new ConsecutiveBreaker(1), halfOpenAfter: until },
  )
  /** In a row, on those routes that failed last. They stay when another route closes it again: one fault more, and it opens. */
  const faults = new Map<string, number>()
  const opensBy = (route: string, outcome: Outcome): boolean => {
    const count = (faults.get(route) ?? 0) + 1
    faults.delete(route)
    if (!options.isFault(outcome)) return false
    if (faults.size >= maxRoutes) faults.delete(faults.keys().next().value as string)
    faults.set(route, count)
    return count >= failuresToOpen || policy.state === CircuitState.HalfOpen
  }

  const read = (): BreakerState => {
    if (policy.state === CircuitState.Closed) return { state: 'closed', since }
    if (policy.state === CircuitState.HalfOpen) return { state: 'half_open', since }
    return openForMs() > 0 ? { state: 'open', since } : { state: 'half_open', since: since + openMs }
  }
  policy.onStateChange(() => {
    since = now()
    onChange(read())
  })
  return {
    read,
    refusesForMs: () => {
      // The library would let them wait for the call that decides, past any deadline of theirs.
      if (policy.state === CircuitState.HalfOpen) return decidedWithinMs
      return policy.state === CircuitState.Open && openForMs() > 0 ? openForMs() : null
    },
    run: async (route, work) => {
      const { outcome } = await policy.execute(async () => {
        const outcome = await work()
        return { outcome, opens: opensBy(route, outcome) }
      })
      return outcome
    },
  }
}

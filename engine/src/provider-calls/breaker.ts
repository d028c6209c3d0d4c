// The circuit breaker of one provider (RES-2): after so many faults in a row it is left alone for a while, then asked once.
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult, type IBackoff } from 'cockatiel'

export type BreakerState = {
  /** `half_open`: the next call is let through, or is under way, and decides. */
  readonly state: 'closed' | 'open' | 'half_open'
  /** Since when, in epoch milliseconds. */
  readonly since: number
}

export type Breaker = {
  read(): BreakerState
  /** Null: calls go through. Otherwise the milliseconds after which it is worth another try. */
  refusesForMs(): number | null
  /** Does the work, which must not reject, and learns from it. Only while `refusesForMs` is null. */
  run<Value>(work: () => Promise<Value>): Promise<Value>
}

/** The one call that decides is under way: it is over soon. */
const decidedWithinMs = 1_000

export const createBreaker = <Outcome>(options: {
  readonly failuresToOpen: number
  readonly openMs: number
  readonly isFault: (outcome: Outcome) => boolean
  readonly now: () => number
  readonly onChange: (state: BreakerState) => void
}): Breaker => {
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
    handleWhenResult((outcome) => options.isFault(outcome as Outcome)),
    { breaker: new ConsecutiveBreaker(failuresToOpen), halfOpenAfter: until },
  )

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
    run: (work) => policy.execute(work),
  }
}

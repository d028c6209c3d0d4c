// What to do after an answer of a provider, or after none (RES-1). A pure decision: no clock, no network.

export type CallPolicy = {
  /** For one attempt, its whole answer included. */
  readonly timeoutMs: number
  /** Before the first repetition, the second, and so on: there are as many as there are waits. */
  readonly retryWaitsMs: readonly number[]
  /** A provider that asks for a longer wait is given up, and the caller told when to come back. */
  readonly longestWaitMs: number
}

export type Attempts = {
  /** False for what must not be done twice: a code exchange, the refresh of a token. */
  readonly repeatable: boolean
  /** Repetitions so far after a fault. */
  readonly retries: number
  /** Whether a limit of the provider's was waited for already: once is enough. */
  readonly waitedForLimit: boolean
  /** What is left of the time in which the caller must have an answer. */
  readonly leftMs: number
}

export type Attempt =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs: number | null }
  /** The network failed, or the time was up. */
  | { readonly kind: 'unanswered' }

export type Step =
  | { readonly act: 'take' }
  | { readonly act: 'wait'; readonly ms: number; readonly because: 'fault' | 'limit' }
  | { readonly act: 'give_up'; readonly retryAfterMs: number | null }

/** An attempt that could not last so long is not begun. */
export const shortestAttemptMs = ({ timeoutMs }: Pick<CallPolicy, 'timeoutMs'>): number => Math.min(timeoutMs, 1_000)

/**
 * A 4xx is an answer, and never repeated; only 429 asks for another attempt, later. A fault (5xx, no answer) is repeated as
 * often as there are waits. No wait is longer than what is left for it and one more attempt.
 */
export const nextStep = (attempts: Attempts, attempt: Attempt, policy: CallPolicy): Step => {
  const { repeatable, retries, waitedForLimit, leftMs } = attempts
  const status = attempt.kind === 'answered' ? attempt.status : null
  const retryAfterMs = attempt.kind === 'answered' ? attempt.retryAfterMs : null
  if (status !== null && status < 500 && status !== 429) return { act: 'take' }

  const fits = (ms: number) => repeatable && ms + shortestAttemptMs(policy) <= leftMs
  const giveUp = { act: 'give_up', retryAfterMs } as const
  if (status === 429) {
    if (waitedForLimit || retryAfterMs === null || retryAfterMs > policy.longestWaitMs) return giveUp
    return fits(retryAfterMs) ? { act: 'wait', ms: retryAfterMs, because: 'limit' } : giveUp
  }
  const ms = policy.retryWaitsMs[retries]
  return ms !== undefined && fits(ms) ? { act: 'wait', ms, because: 'fault' } : giveUp
}

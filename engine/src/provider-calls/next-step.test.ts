import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Attempt, nextStep, shortestAttemptMs } from './next-step.ts'

const policy = { timeoutMs: 5_000, retryWaitsMs: [1_000, 2_000, 3_000], longestWaitMs: 5_000 }
const fresh = { repeatable: true, retries: 0, waitedForLimit: false, leftMs: 60_000 }
const answered = (status: number, retryAfterMs: number | null = null): Attempt => ({
  kind: 'answered',
  status,
  retryAfterMs,
})
const unanswered: Attempt = { kind: 'unanswered' }

describe('the waits by default', () => {
  test.each([unanswered, answered(500), answered(503), answered(599)])(
    'RES-1 %o: 1 s, 2 s, 3 s, and no more',
    (fault) => {
      expect(nextStep(fresh, fault, policy)).toEqual({ act: 'wait', ms: 1_000, because: 'fault' })
      expect(nextStep({ ...fresh, retries: 1 }, fault, policy)).toMatchObject({ ms: 2_000 })
      expect(nextStep({ ...fresh, retries: 2 }, fault, policy)).toMatchObject({ ms: 3_000 })
      expect(nextStep({ ...fresh, retries: 3 }, fault, policy)).toEqual({ act: 'give_up', retryAfterMs: null })
    },
  )

  test('RES-1 a limit is waited for once, whatever faults came before, and none without its length', () => {
    const wait = { act: 'wait', ms: 2_000, because: 'limit' }
    expect(nextStep(fresh, answered(429, 2_000), policy)).toEqual(wait)
    expect(nextStep({ ...fresh, retries: 3 }, answered(429, 2_000), policy)).toEqual(wait)
    const giveUp = { act: 'give_up', retryAfterMs: 2_000 }
    expect(nextStep({ ...fresh, waitedForLimit: true }, answered(429, 2_000), policy)).toEqual(giveUp)
    expect(nextStep(fresh, answered(429), policy)).toEqual({ act: 'give_up', retryAfterMs: null })
  })

  test('RES-1 a provider that wants more than the longest wait is given up, and the caller told how long', () => {
    expect(nextStep(fresh, answered(429, 5_000), policy)).toMatchObject({ act: 'wait' })
    expect(nextStep(fresh, answered(429, 5_001), policy)).toEqual({ act: 'give_up', retryAfterMs: 5_001 })
  })
})

const milliseconds = fc.integer({ min: 0, max: 20_000 })
const policies = fc.record({
  timeoutMs: fc.integer({ min: 1, max: 10_000 }),
  retryWaitsMs: fc.array(milliseconds, { maxLength: 5 }),
  longestWaitMs: milliseconds,
})
const attempts = fc.record({
  repeatable: fc.boolean(),
  retries: fc.nat(6),
  waitedForLimit: fc.boolean(),
  leftMs: fc.integer({ min: -1_000, max: 30_000 }),
})
const outcomes: fc.Arbitrary<Attempt> = fc.oneof(
  fc.constant(unanswered),
  fc.record({
    kind: fc.constant('answered' as const),
    status: fc.integer({ min: 200, max: 599 }),
    retryAfterMs: fc.option(milliseconds),
  }),
)

describe('whatever the policy, the attempts so far and the answer', () => {
  const always = (holds: (step: ReturnType<typeof nextStep>, ...given: Parameters<typeof nextStep>) => boolean) =>
    fc.assert(
      fc.property(attempts, outcomes, policies, (...given) => holds(nextStep(...given), ...given)),
      { numRuns: 2_000 },
    )

  test('RES-1 what must not be done twice is never sent again', () => {
    always((step, { repeatable }) => repeatable || step.act !== 'wait')
  })

  test('RES-1 an answer is taken exactly where it is neither 429 nor 5xx', () => {
    always((step, _, outcome) => {
      const isAnswer = outcome.kind === 'answered' && outcome.status < 500 && outcome.status !== 429
      return isAnswer === (step.act === 'take')
    })
  })

  test('RES-1 a wait leaves time for one more attempt, and none for a limit is longer than the longest', () => {
    always((step, { leftMs }, _, policy) => {
      if (step.act !== 'wait') return true
      const isBounded =
        step.because === 'fault' ? policy.retryWaitsMs.includes(step.ms) : step.ms <= policy.longestWaitMs
      return isBounded && step.ms + shortestAttemptMs(policy) <= leftMs
    })
  })

  test('RES-1 a provider that never gets better is asked once, once for each wait, and once for its limit', () => {
    fc.assert(
      fc.property(policies, fc.array(outcomes, { minLength: 12, maxLength: 12 }), (policy, answers) => {
        let [retries, waitedForLimit, count] = [0, false, 0]
        for (const answer of answers) {
          count += 1
          const step = nextStep({ repeatable: true, retries, waitedForLimit, leftMs: 1e9 }, answer, policy)
          if (step.act !== 'wait') break
          if (step.because === 'limit') waitedForLimit = true
          else retries += 1
        }
        return count <= 1 + policy.retryWaitsMs.length + 1
      }),
    )
  })
})

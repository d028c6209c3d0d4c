// The same parts, whose work is counted and timed on its way.
import type { Limiter } from '../limits/limiter.ts'
import type { LimitStore } from '../limits/store.ts'
import type { PasswordHasher } from '../passwords/hash-password.ts'
import type { ProviderClients } from '../provider-calls/provider-clients.ts'
import type { Meter } from './meter.ts'

/** Tells how long the work took, however it ended. */
const timed = async <Result>(tell: (seconds: number) => void, work: () => Promise<Result>): Promise<Result> => {
  const startedAt = performance.now()
  try {
    return await work()
  } finally {
    tell((performance.now() - startedAt) / 1000)
  }
}

export const measureLimiter = (limiter: Limiter, meter: Meter): Limiter => ({
  ...limiter,
  take: async (hits) => {
    const verdict = await limiter.take(hits)
    if (verdict && !verdict.allowed && verdict.rule !== 'application')
      meter.add('limits_hit_total', { rule: verdict.rule })
    return verdict
  },
})

export const measureRedisLimits = (limits: LimitStore, meter: Meter): LimitStore => ({
  ...limits,
  hit: (...input) =>
    timed(
      (seconds) => meter.record('store_statement_duration_seconds', { store: 'redis' }, seconds),
      () => limits.hit(...input),
    ),
})

export const measureHasher = (hasher: PasswordHasher, meter: Meter): PasswordHasher => {
  const tell = (seconds: number) => meter.record('password_hash_duration_seconds', {}, seconds)
  return {
    ...hasher,
    hash: (...input) => timed(tell, () => hasher.hash(...input)),
    verify: (...input) => timed(tell, () => hasher.verify(...input)),
    verifyDummy: (...input) => timed(tell, () => hasher.verifyDummy(...input)),
  }
}

const outcomes = { provider_unavailable: 'unavailable', provider_refused: 'refused' } as const

export const measureProviders = (clients: ProviderClients, meter: Meter): ProviderClients => ({
  ...clients,
  of: (provider, purpose) => {
    const client = clients.of(provider, purpose)
    const tell = (seconds: number) => meter.record('provider_call_duration_seconds', { provider }, seconds)
    return {
      ...client,
      send: async (...input) => {
        const answer = await timed(tell, () => client.send(...input))
        meter.add('provider_calls_total', { provider, outcome: answer.ok ? 'answered' : outcomes[answer.error] })
        return answer
      },
    }
  },
})

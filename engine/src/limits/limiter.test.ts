import { describe, expect, test } from 'vitest'
import { createMemoryLimits } from '../stores/memory-limits.ts'
import { createLimiter, type Hit, noLimits } from './limiter.ts'
import { defaultRules } from './rules.ts'
import type { LimitStore } from './store.ts'

/** Counts that can be looked at. */
const createCounts = () => {
  const used = new Map<string, number>()
  const store: LimitStore = {
    hit: async (name, key, { limit, windowSeconds }) => {
      const id = `${name} ${key}`
      const count = used.get(id) ?? 0
      const allowed = count < limit
      if (allowed) used.set(id, count + 1)
      return { allowed, remaining: limit - (used.get(id) ?? 0), resetMs: windowSeconds * 1000 - 1 }
    },
    refund: async (name, key) => void used.set(`${name} ${key}`, (used.get(`${name} ${key}`) ?? 0) - 1),
    lift: async (name, key) => used.delete(`${name} ${key}`),
    listFull: async () => [],
    isShared: false,
    isDegraded: () => false,
    close: async () => {},
  }
  return { used, store }
}

const three = { limit: 3, windowSeconds: 60 }
const five = { limit: 5, windowSeconds: 600 }
const both: readonly Hit[] = [
  { rule: 'signInIp', key: 'a' },
  { rule: 'signInAccount', key: 'b' },
]

describe('several limits on one attempt', () => {
  test('the verdict is that of the strictest: a refusal, then what leaves less, then what takes longer', async () => {
    const { store } = createCounts()
    const limiter = createLimiter(store, { ...defaultRules, signInIp: five, signInAccount: three })
    expect(await limiter.take(both)).toEqual({
      allowed: true,
      rule: 'signInAccount',
      limit: 3,
      windowSeconds: 60,
      remaining: 2,
      resetSeconds: 60,
    })
    await limiter.take(both)
    await limiter.take(both)
    expect(await limiter.take(both)).toMatchObject({ allowed: false, rule: 'signInAccount', remaining: 0 })

    const equal = createLimiter(createCounts().store, {
      ...defaultRules,
      signInIp: { limit: 3, windowSeconds: 600 },
      signInAccount: three,
    })
    expect(await equal.take(both)).toMatchObject({ rule: 'signInIp', resetSeconds: 600 })
  })

  test('an attempt that one refuses uses up no other', async () => {
    const { store, used } = createCounts()
    const limiter = createLimiter(store, { ...defaultRules, signInIp: five, signInAccount: three })
    for (let attempt = 0; attempt < 50; attempt += 1) await limiter.take(both)
    expect(Object.fromEntries(used)).toEqual({ 'signInIp a': 3, 'signInAccount b': 3 })
  })

  test('what is released is free again', async () => {
    const { store, used } = createCounts()
    const limiter = createLimiter(store, { ...defaultRules, signInIp: three })
    await limiter.take(both)
    await limiter.release(both)
    expect([...used.values()]).toEqual([0, 0])
  })

  test('whoever one limit refuses pushes no count out of a full memory, its own least of all', async () => {
    const store = createMemoryLimits({ clock: { now: () => 1_000 }, maxKeys: 20 })
    const limiter = createLimiter(store, { ...defaultRules, signInIp: three })
    const attempt = (email: number) =>
      limiter.take([
        { rule: 'signInIp', key: 'attacker' },
        { rule: 'signInAccount', key: `${email}` },
      ])
    const allowed: number[] = []
    for (let email = 0; email < 500; email += 1) if ((await attempt(email))?.allowed) allowed.push(email)
    expect(allowed).toEqual([0, 1, 2])
  })

  test('a rule that is off counts nothing; where all are off there is no verdict', async () => {
    const { store, used } = createCounts()
    const limiter = createLimiter(store, { ...defaultRules, signInIp: null, signInAccount: null })
    expect(await limiter.take(both)).toBeNull()
    await limiter.release(both)
    expect(used.size).toBe(0)
    expect(await limiter.take([])).toBeNull()
  })

  test('LIM-6 for those who are never limited there is no verdict', async () => {
    expect(await noLimits.take(both)).toBeNull()
    await noLimits.release(both)
  })
})

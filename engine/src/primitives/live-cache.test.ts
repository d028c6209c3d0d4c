// What a node may believe of what it holds: a loader and a channel that do what the test says.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Channel, Invalidation } from './channel.ts'
import { createLiveCache } from './live-cache.ts'
import { UnavailableError } from './unavailable.ts'

type Load = {
  readonly ids: readonly string[]
  answer(values: Record<string, string>): void
  fail(error: Error): void
}

const open = (options: { maxEntries?: number } = {}) => {
  const listeners = new Set<(message: Invalidation) => void>()
  const loads: Load[] = []
  let alive = true
  const channel: Channel = {
    publish: async () => {},
    isAlive: () => alive,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {},
  }
  const cache = createLiveCache<string, string>({
    kind: 'session',
    channel,
    maxAgeMs: 5_000,
    maxEntries: options.maxEntries ?? 100,
    loadMany: (ids) =>
      new Promise((resolve, reject) => {
        loads.push({ ids, answer: (values) => resolve(new Map(Object.entries(values))), fail: reject })
      }),
  })
  return {
    cache,
    loads,
    tell: (message: Invalidation) => {
      for (const listener of listeners) listener(message)
    },
    setAlive: (now: boolean) => {
      alive = now
    },
    /** The next statement that is sent. */
    load: async (index: number): Promise<Load> => {
      await vi.waitFor(() => expect(loads.length).toBeGreaterThan(index), { interval: 1 })
      return loads[index] as Load
    },
  }
}

const changed = (id: string): Invalidation => ({ kind: 'session', id })
const turn = () => new Promise((resolve) => setImmediate(resolve))

let skipped = 0
beforeEach(() => {
  skipped = 0
  const real = performance.now.bind(performance)
  vi.spyOn(performance, 'now').mockImplementation(() => real() + skipped)
})
afterEach(() => vi.restoreAllMocks())

describe('PROTOCOL 11 H-9 a revoked session does not come back through a load under way', () => {
  test('told while the statement runs: what it brings is asked for again', async () => {
    const { cache, load, tell } = open()
    const got = cache.get('a')
    const first = await load(0)
    tell(changed('a'))
    first.answer({ a: 'alive' })
    const second = await load(1)
    expect(cache.peek('a')).toBeUndefined()
    second.answer({ a: 'revoked' })
    expect(await got).toBe('revoked')
    expect(cache.peek('a')).toBe('revoked')
  })

  test('told "everything" while the statement runs (the channel was away): asked for again', async () => {
    const { cache, load, tell } = open()
    const got = cache.get('a')
    const first = await load(0)
    tell({ kind: 'everything' })
    first.answer({ a: 'alive' })
    ;(await load(1)).answer({ a: 'revoked' })
    expect(await got).toBe('revoked')
  })

  test('told between two statements for the same session: neither may bring the old state back', async () => {
    const { cache, load, tell } = open()
    const one = cache.get('a')
    const first = await load(0)
    const two = cache.get('a')
    const second = await load(1)
    tell(changed('a'))
    second.answer({ a: 'alive' })
    first.answer({ a: 'alive' })
    const again = await load(2)
    again.answer({ a: 'revoked' })
    expect([await one, await two]).toEqual(['revoked', 'revoked'])
    expect(cache.peek('a')).toBe('revoked')
  })

  test('dropped by this node itself while the statement runs', async () => {
    const { cache, load } = open()
    const got = cache.get('a')
    const first = await load(0)
    cache.drop('a')
    first.answer({ a: 'alive' })
    ;(await load(1)).answer({})
    expect(await got).toBeNull()
  })

  test('a message about another session, or another kind of thing, changes nothing', async () => {
    const { cache, load, loads, tell } = open()
    const got = cache.get('a')
    const first = await load(0)
    tell(changed('b'))
    tell({ kind: 'user', id: 'a' })
    first.answer({ a: 'alive' })
    expect(await got).toBe('alive')
    tell({ kind: 'user', id: 'a' })
    expect(cache.peek('a')).toBe('alive')
    expect(loads).toHaveLength(1)
  })

  test('one of a batch is overtaken: the others need not wait', async () => {
    const { cache, load, tell } = open()
    const [a, b] = [cache.get('a'), cache.get('b')]
    const first = await load(0)
    tell(changed('a'))
    first.answer({ a: 'alive', b: 'alive' })
    expect(await b).toBe('alive')
    const second = await load(1)
    expect(second.ids).toEqual(['a'])
    second.answer({ a: 'revoked' })
    expect(await a).toBe('revoked')
  })

  test('changes that keep overtaking are given up after five tries: 503, never the old state', async () => {
    const { cache, load, loads, tell } = open()
    const got = expect(cache.get('a')).rejects.toThrow(UnavailableError)
    for (let tries = 0; tries < 5; tries += 1) {
      const one = await load(tries)
      tell(changed('a'))
      one.answer({ a: 'alive' })
    }
    await got
    expect(loads).toHaveLength(5)
    expect(cache.peek('a')).toBeUndefined()
  })
})

const holding = async (value = 'alive') => {
  const opened = open()
  const got = opened.cache.get('a')
  ;(await opened.load(0)).answer({ a: value })
  await got
  return opened
}

describe('PROTOCOL 11 TOK-6 what is held is believed', () => {
  test('while it is young and the channel is alive', async () => {
    const { cache, loads } = await holding()
    expect(cache.peek('a')).toBe('alive')
    expect(await cache.get('a')).toBe('alive')
    expect(loads).toHaveLength(1)
  })

  test('for 5 s, counted from when it was asked for', async () => {
    const opened = open()
    const got = opened.cache.get('a')
    const first = await opened.load(0)
    // A slow answer is as old as the question.
    skipped = 4_000
    first.answer({ a: 'alive' })
    await got
    expect(opened.cache.peek('a')).toBe('alive')
    skipped = 5_100
    expect(opened.cache.peek('a')).toBeUndefined()
  })

  test('never while the channel is silent: each check asks', async () => {
    const { cache, load, setAlive } = await holding()
    setAlive(false)
    expect(cache.peek('a')).toBeUndefined()
    const got = cache.get('a')
    ;(await load(1)).answer({ a: 'revoked' })
    expect(await got).toBe('revoked')
    expect(cache.peek('a')).toBeUndefined()
  })

  test('not after it was told that anything may have changed', async () => {
    const { cache, tell } = await holding()
    tell({ kind: 'everything' })
    expect(cache.peek('a')).toBeUndefined()
  })

  test('not where asking for the heartbeat itself brings news', async () => {
    const opened = await holding()
    // The embedded database looks for commits of other processes at that moment.
    const { cache, tell } = opened
    let once = true
    const listeners = { tell }
    vi.spyOn(performance, 'now').mockImplementation(() => {
      if (once) listeners.tell(changed('a'))
      once = false
      return 0
    })
    expect(cache.peek('a')).toBeUndefined()
  })
})

describe('asking', () => {
  test('all that is asked for at once is one statement, each id once', async () => {
    const { cache, load, loads } = open()
    const got = ['a', 'b', 'a', 'c'].map((id) => cache.get(id))
    const first = await load(0)
    expect(first.ids).toEqual(['a', 'b', 'c'])
    first.answer({ a: '1', b: '2' })
    expect(await Promise.all(got)).toEqual(['1', '2', '1', null])
    expect(loads).toHaveLength(1)
  })

  test('what is not there is not held: it may come', async () => {
    const { cache, load } = open()
    const got = cache.get('a')
    ;(await load(0)).answer({})
    expect(await got).toBeNull()
    expect(cache.peek('a')).toBeUndefined()
  })

  test('statements are bounded', async () => {
    const { cache, load, loads } = open({ maxEntries: 2_000 })
    const got = Array.from({ length: 1_200 }, (_, index) => cache.get(`id-${index}`))
    await load(2)
    expect(loads.map(({ ids }) => ids.length)).toEqual([500, 500, 200])
    for (const one of loads) one.answer({})
    await Promise.all(got)
  })

  test('a statement that fails is a fault for all that waited for it, and is not remembered', async () => {
    const { cache, load } = open()
    const got = Promise.allSettled([cache.get('a'), cache.get('b')])
    ;(await load(0)).fail(new Error('the database is down'))
    expect((await got).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const again = cache.get('a')
    ;(await load(1)).answer({ a: 'alive' })
    expect(await again).toBe('alive')
  })

  test('memory is bounded: the oldest go first, and what is asked for anew is not the oldest', async () => {
    const { cache, load } = open({ maxEntries: 3 })
    let next = 0
    const put = async (id: string) => {
      skipped += 5_001
      const got = cache.get(id)
      ;(await load(next)).answer({ [id]: id })
      next += 1
      await got
    }
    const held = () => ['a', 'b', 'c', 'd'].filter((id) => cache.peek(id) !== undefined)
    const together = Promise.all(['a', 'b', 'c'].map((id) => cache.get(id)))
    ;(await load(next)).answer({ a: 'a', b: 'b', c: 'c' })
    next += 1
    await together
    const fourth = cache.get('d')
    ;(await load(next)).answer({ d: 'd' })
    next += 1
    await fourth
    expect(held()).toEqual(['b', 'c', 'd'])
    await put('b')
    await turn()
    expect(held()).toEqual(['b'])
  })
})

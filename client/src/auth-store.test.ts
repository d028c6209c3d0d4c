import type { Me, SessionEndReason } from '@vigile/contract'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Client } from './api.ts'
import { type Auth, authStoreOf, holds } from './auth-store.ts'

const meOf = (name: string) =>
  ({
    user: { id: name, email: `${name}@example.com` },
    session: { id: `s-${name}` },
    permissions: ['products:*'],
  }) as Me
const [ada, eve] = [meOf('ada'), meOf('eve')]
const down = { code: 'unavailable', status: 503 }

type Answer = Me | null | 'down'

const fakeClient = (...answers: Answer[]) => {
  const ends = new Set<(end: { reason: SessionEndReason }) => void>()
  const starts = new Set<() => void>()
  const asked: ((answer: Answer) => void)[] = []
  let endReason: SessionEndReason | null = null
  const client = {
    me: () =>
      new Promise<Me | null>((resolve, reject) => {
        const answer = (next: Answer) => (next === 'down' ? reject(new Error('?', { cause: down })) : resolve(next))
        asked.push(answer)
        const next = answers.shift()
        if (next !== undefined) answer(next)
      }),
    endReason: () => endReason,
    onSessionEnd: (listener: (end: { reason: SessionEndReason }) => void) => {
      ends.add(listener)
      return () => void ends.delete(listener)
    },
    onSessionStart: (listener: () => void) => {
      starts.add(listener)
      return () => void starts.delete(listener)
    },
  } as unknown as Client
  return {
    client,
    asked,
    listening: () => ends.size + starts.size,
    ended(reason: SessionEndReason) {
      endReason = reason
    },
    end(reason: SessionEndReason) {
      endReason = reason
      for (const listener of ends) listener({ reason })
    },
    start() {
      for (const listener of starts) listener()
    },
  }
}

const open = async (...answers: Answer[]) => {
  const fake = fakeClient(...answers)
  const store = authStoreOf(fake.client)
  const seen: string[] = []
  const off = store.subscribe(() => seen.push(store.read().status))
  await settle()
  return { ...fake, store, seen, off, status: () => store.read().status }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

describe('CLI-5 CLI-7 what is known of who is signed in', () => {
  test('nothing, then who it is; the end of the session says why', async () => {
    const fake = fakeClient(ada)
    const store = authStoreOf(fake.client)
    expect(store.read()).toMatchObject({ status: 'loading', user: null, problem: null })
    store.subscribe(() => {})
    await settle()
    expect(store.read()).toMatchObject({ status: 'signed-in', user: ada.user, session: ada.session, problem: null })
    fake.end('reuse')
    expect(store.read()).toMatchObject({ status: 'signed-out', user: null, session: null, reason: 'reuse' })
  })

  test('a fault signs nobody out: who was signed in stays, with the problem, and the server is asked again', async () => {
    const { store, asked } = await open(ada, 'down', 'down', ada)
    await store.reload()
    expect(store.read()).toMatchObject({ status: 'signed-in', user: ada.user, problem: down })
    await vi.advanceTimersByTimeAsync(5_000)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(asked).toHaveLength(3)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(store.read()).toMatchObject({ status: 'signed-in', problem: null })
  })

  test('a fault at the first question is "not known yet", never "signed out"', async () => {
    const { store, seen } = await open('down', null)
    expect(store.read()).toMatchObject({ status: 'loading', problem: down })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(seen).toEqual(['loading', 'signed-out'])
  })

  test('where nobody looks, nobody asks again; who looks then, does at once', async () => {
    const { store, off, asked } = await open('down', 'down', ada)
    off()
    await vi.advanceTimersByTimeAsync(600_000)
    expect(asked).toHaveLength(2)
    store.subscribe(() => {})
    store.subscribe(() => {})
    await settle()
    expect(asked).toHaveLength(3)
    expect(store.read().status).toBe('signed-in')
  })

  test('a page that opens after the end learns why from the client', async () => {
    const fake = fakeClient(null)
    fake.ended('idle')
    const store = authStoreOf(fake.client)
    store.subscribe(() => {})
    await settle()
    expect(store.read()).toMatchObject({ status: 'signed-out', reason: 'idle' })
  })

  test('an answer that comes after the end of the session does not bring it back', async () => {
    const { store, asked, end } = await open(ada)
    const late = store.reload()
    end('signed_out')
    asked.at(-1)?.(ada)
    await late
    expect(store.read()).toMatchObject({ status: 'signed-out', reason: 'signed_out' })
  })

  test('a sign-in shows no signed-out content while the server is asked who it is', async () => {
    const { start, status, asked } = await open(null)
    expect(status()).toBe('signed-out')
    start()
    expect(status()).toBe('loading')
    asked.at(-1)?.(ada)
    await settle()
    expect(status()).toBe('signed-in')
  })

  test('another person’s sign-in: who was here stays until that is known, and not where it can’t be', async () => {
    const { store, start, asked } = await open(ada)
    start()
    expect(store.read()).toMatchObject({ status: 'signed-in', user: ada.user })
    asked.at(-1)?.('down')
    await settle()
    expect(store.read()).toMatchObject({ status: 'loading', user: null, problem: down })
    await vi.advanceTimersByTimeAsync(5_000)
    asked.at(-1)?.(eve)
    await settle()
    expect(store.read()).toMatchObject({ status: 'signed-in', user: eve.user })
  })

  test('StrictMode mounts twice, and providers come and go: one store, one question, one listener of each kind', async () => {
    const { client, store, off, asked, listening } = await open(ada)
    off()
    store.subscribe(() => {})
    const again = authStoreOf(client)
    again.subscribe(() => {})
    await settle()
    expect(again).toBe(store)
    expect([asked.length, listening()]).toEqual([1, 2])
  })
})

test('CLI-7 wrong states do not compile', () => {
  const who = (auth: Auth): string => {
    if (auth.status === 'signed-in') return auth.user.email
    if (auth.status === 'signed-out') return auth.reason ?? 'nobody'
    // @ts-expect-error: who it is is not known yet
    return auth.user.email
  }
  // @ts-expect-error: signed in as nobody
  const wrong: Auth = { status: 'signed-in', user: null, session: null, reason: null, problem: null, can: () => true }
  expect(() => who({ ...wrong, status: 'loading' } as Auth)).toThrow()
})

test('RBAC-3 wildcards hold what they cover and nothing else', () => {
  expect(holds(['products:*'], 'products:create')).toBe(true)
  expect(holds(['*'], 'users:read')).toBe(true)
  expect(holds(['products:*'], 'products-archive:read')).toBe(false)
  expect(holds(['products:read'], 'products:readall')).toBe(false)
  expect(holds([], 'products:read')).toBe(false)
})

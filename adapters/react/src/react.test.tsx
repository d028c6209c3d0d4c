// @vitest-environment node
import type { Client } from '@vigile/client'
import type { Me, SessionEndReason } from '@vigile/contract'
import { renderToString } from 'react-dom/server'
import { expect, test, vi } from 'vitest'
import { createAuthStore } from './auth-store.ts'
import { Protected } from './protected.tsx'
import { VigileProvider } from './provider.tsx'
import { holds } from './use-auth.ts'

const me = { user: { email: 'ada@example.com' }, session: {}, permissions: ['products:*'] } as unknown as Me

const fakeClient = (answers: (Me | null | Error)[]) => {
  let ended: ((end: { reason: SessionEndReason }) => void) | undefined
  let started: (() => void) | undefined
  const client = {
    me: async () => {
      const next = answers.shift()
      if (next instanceof Error) throw next
      return next ?? null
    },
    onSessionEnd: (listener: typeof ended) => {
      ended = listener
      return () => {
        ended = undefined
      }
    },
    onSessionStart: (listener: typeof started) => {
      started = listener
      return () => {
        started = undefined
      }
    },
  } as unknown as Client
  return {
    client,
    end: (reason: SessionEndReason) => ended?.({ reason }),
    start: () => started?.(),
    heard: () => ended !== undefined,
  }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('CLI-7 CLI-5 a fault is "unknown" and keeps who was signed in; only the end of the session is "signed out"', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const fake = fakeClient([me, new Error('down'), me])
  const store = createAuthStore(fake.client)
  const off = store.subscribe(() => {})
  expect(store.read()).toEqual({ state: 'loading' })
  await settle()
  expect(store.read()).toEqual({ state: 'signed_in', me })
  await store.load()
  expect(store.read()).toEqual({ state: 'unknown', me })
  await vi.advanceTimersByTimeAsync(5_000)
  await settle()
  expect(store.read()).toEqual({ state: 'signed_in', me })
  fake.end('reuse')
  expect(store.read()).toEqual({ state: 'signed_out', reason: 'reuse' })
  off()
  expect(fake.heard()).toBe(false)
  vi.useRealTimers()
})

test('CLI-7 an answer that comes after the end of the session does not bring it back', async () => {
  const fake = fakeClient([me, me])
  const store = createAuthStore(fake.client)
  store.subscribe(() => {})
  await settle()
  const late = store.load()
  fake.end('signed_out')
  await late
  expect(store.read()).toEqual({ state: 'signed_out', reason: 'signed_out' })
})

test('CLI-7 a session that begins in another tab is asked about', async () => {
  const fake = fakeClient([null, me])
  const store = createAuthStore(fake.client)
  store.subscribe(() => {})
  await settle()
  expect(store.read()).toEqual({ state: 'signed_out', reason: null })
  fake.start()
  await settle()
  expect(store.read()).toEqual({ state: 'signed_in', me })
})

test('CLI-7 on a server, before anything is known, neither the children nor the fallback are rendered', () => {
  const html = renderToString(
    <VigileProvider client={fakeClient([]).client}>
      <Protected fallback="fallback" waiting="waiting">
        children
      </Protected>
    </VigileProvider>,
  )
  expect(html).toBe('waiting')
})

test('CLI-7 a component outside the provider says what is missing', () => {
  expect(() => renderToString(<Protected />)).toThrow(/VigileProvider/)
})

test('RBAC-3 wildcards hold what they cover and nothing else', () => {
  expect(holds(['products:*'], 'products:create')).toBe(true)
  expect(holds(['*'], 'users:read')).toBe(true)
  expect(holds(['products:*'], 'products-archive:read')).toBe(false)
  expect(holds(['products:read'], 'products:readall')).toBe(false)
  expect(holds([], 'products:read')).toBe(false)
})

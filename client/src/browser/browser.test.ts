import { afterEach, expect, test, vi } from 'vitest'
import { createClient } from '../create-client.ts'
import { browserChannel } from './channel.ts'
import { browserPorts } from './ports.ts'
import { browserStorage } from './storage.ts'

const names = { app: 'vigile', authPath: '/api/auth' }

afterEach(() => {
  vi.unstubAllGlobals()
})

/** A page as small as can be: one target for all events. */
const page = (visibilityState = 'visible') => {
  const target = new EventTarget()
  vi.stubGlobal(
    'document',
    Object.assign(target, {
      visibilityState,
      cookie: 'a=b',
      baseURI: 'http://app.test/page',
      documentElement: { lang: 'fr' },
    }),
  )
  vi.stubGlobal('addEventListener', target.addEventListener.bind(target))
  return target
}

test('storage that refuses is storage that holds nothing', () => {
  const refuse = () => {
    throw new DOMException('denied', 'SecurityError')
  }
  vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse })
  browserStorage.set('k', 'v')
  expect(browserStorage.get('k')).toBeNull()

  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  })
  browserStorage.set('k', 'v')
  expect(browserStorage.get('k')).toBe('v')
})

test('a channel carries to others of its name while they listen, and is silent where there is none', async () => {
  const [one, two] = [browserChannel('vigile-test'), browserChannel('vigile-test')]
  const stops: (() => void)[] = []
  const heard = await new Promise((done) => {
    stops.push(one.listen(done))
    two.post({ hello: 1 })
  })
  expect(heard).toEqual({ hello: 1 })
  // Both are closed, or the test would not end.
  stops.push(two.listen(() => {}))
  for (const stop of stops) stop()

  vi.stubGlobal('BroadcastChannel', undefined)
  const none = browserChannel('vigile-test')
  none.post('nobody hears')
  none.listen(() => {})()
})

test('the page wakes the client on each event that ends a pause, until it stops listening', () => {
  const target = page()
  const ports = browserPorts(names)
  const woken: boolean[] = []
  const stop = ports.listen((online) => woken.push(online))
  for (const event of ['visibilitychange', 'pageshow', 'resume', 'online']) target.dispatchEvent(new Event(event))
  expect(woken).toEqual([false, false, false, true])
  stop()
  target.dispatchEvent(new Event('online'))
  expect(woken).toHaveLength(4)
  expect([ports.visible(), ports.cookies(), ports.baseUrl(), ports.language()]).toEqual([
    true,
    'a=b',
    'http://app.test/page',
    'fr',
  ])
})

test('without Web Locks there is an election', () => {
  vi.stubGlobal('navigator', {})
  const fallback = browserPorts(names).locks
  const locks = { request: () => {} }
  vi.stubGlobal('navigator', { locks })
  expect(browserPorts(names).locks).toBe(locks)
  expect(fallback.request).toBeTypeOf('function')
})

test('on a server the client can be made, and does nothing by itself', () => {
  const fetch = vi.fn()
  vi.stubGlobal('fetch', fetch)
  const client = createClient()
  expect(client.fetch).toBeTypeOf('function')
  expect(fetch).not.toHaveBeenCalled()
})

test('CLI-4 in a page it starts by itself', async () => {
  page()
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} })
  vi.stubGlobal('document', Object.assign(document, { cookie: 'vigile_csrf=t; vigile_hint=1' }))
  const asked: string[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    asked.push(new URL(request.url).pathname)
    return Response.json({ fingerprint: 'f', expiresIn: 900, rotated: false })
  })
  const client = createClient()
  await vi.waitFor(() => expect(asked).toContain('/api/auth/refresh'))
  client.stop()
})

import { expect, test, vi } from 'vitest'
import { createFakeBrowser } from './fake-browser.suite.ts'

const ada = { email: 'ada@example.com', password: 'right' }
const eve = { email: 'eve@example.com', password: 'right' }

async function signedIn(tabs = 3) {
  const browser = createFakeBrowser()
  const open = Array.from({ length: tabs }, () => browser.tab())
  const [first, second] = open as [(typeof open)[0], (typeof open)[0]]
  await browser.until(first.client.signIn(ada))
  await browser.advance(100)
  const forget = () => {
    for (const tab of open) tab.events.length = 0
  }
  return { ...browser, open, first, second, forget }
}

test('CLI-6 a sign-in and a sign-out in one tab are told once in all tabs', async () => {
  const { open, first, second, until, advance } = await signedIn()
  for (const tab of open) expect(tab.events).toEqual(['start'])
  expect(await until(first.client.signOut())).toEqual({ ok: true, value: undefined })
  await advance(20_000)
  for (const tab of open) expect(tab.events).toEqual(['start', 'end signed_out'])
  expect(await until(second.client.me())).toBeNull()
})

test('CLI-5 why a session ended is known to pages that open later, until the next one begins', async () => {
  const { first, until, tab, server, advance } = await signedIn(1)
  expect(first.client.endReason()).toBeNull()
  await advance(900_000)
  server.end('reuse')
  expect(await until(first.client.me())).toBeNull()
  const later = tab()
  expect([first.client.endReason(), later.client.endReason()]).toEqual(['reuse', 'reuse'])
  await until(later.client.signIn(ada))
  expect([first.client.endReason(), later.client.endReason()]).toEqual([null, null])
})

test('CLI-6 sign-out everywhere says so', async () => {
  const { open, first, until, advance } = await signedIn()
  expect(await until(first.client.signOutEverywhere())).toMatchObject({ ok: true })
  await advance(100)
  for (const tab of open) expect(tab.events.at(-1)).toBe('end signed_out_everywhere')
})

test('CLI-6 a sign-out that did not happen is no sign-out', async () => {
  const { open, first, until, advance, server, forget } = await signedIn()
  forget()
  server.fault = (path) => (path === '/api/auth/logout' ? 'unreachable' : undefined)
  expect(await until(first.client.signOut())).toMatchObject({ ok: false, problem: { code: 'network', status: 0 } })
  await advance(100)
  for (const tab of open) expect(tab.events).toEqual([])
  expect((await until(first.client.me()))?.user.email).toBe(ada.email)
})

test('CLI-6 a frozen tab learns of a sign-out when it thaws, and of a change of account', async () => {
  const { first, second, until, advance, forget } = await signedIn()
  forget()
  second.freeze()
  await until(first.client.signOut())
  await advance(1000)
  second.thaw()
  await advance(10)
  expect(second.events).toEqual(['end signed_out'])

  second.freeze()
  await until(first.client.signIn(ada))
  await until(first.client.signIn(eve))
  await advance(1000)
  second.thaw()
  await advance(10)
  expect(second.events.at(-1)).toBe('start')
  expect((await until(second.client.me()))?.user.email).toBe(eve.email)
})

test('CLI-6 a tab without a channel learns within a beat, from storage', async () => {
  const { first, second, until, advance, forget } = await signedIn()
  forget()
  first.ports.channel.post = () => {}
  await until(first.client.signOut())
  await advance(5100)
  expect(second.events).toEqual(['end signed_out'])
})

test('a page opened after the end is told nothing of it', async () => {
  const { first, tab, until, advance } = await signedIn()
  await until(first.client.signOut())
  const { client, events } = tab()
  await advance(20_000)
  expect(events).toEqual([])
  expect(await until(client.me())).toBeNull()
})

test('a late 401 of one account is not repeated under another', async () => {
  const { first, second, until, server } = await signedIn(2)
  let answer: ((response: Response) => void) | undefined
  const { fetch } = first.ports
  first.ports.fetch = (request) =>
    request.url.endsWith('/api/pay') ? new Promise((resolve) => (answer = resolve)) : fetch(request)
  const late = first.client.fetch('/api/pay', { method: 'POST', body: '{"to":"bob"}' })
  await until(second.client.signIn(eve))
  first.ports.fetch = fetch
  answer!(new Response(null, { status: 401 }))
  expect((await until(late)).status).toBe(401)
  expect(server.requests('/api/pay')).toHaveLength(0)
})

test('who was signed in when me() was asked is not who is told after a change of account or a sign-out', async () => {
  const { first, second, until, advance } = await signedIn(2)
  const { fetch } = first.ports
  let deliver = () => {}
  first.ports.fetch = async (request) => {
    const answer = await fetch(request)
    if (request.url.endsWith('/me')) await new Promise<void>((go) => (deliver = go))
    return answer
  }
  const late = first.client.me()
  await advance(100)
  await until(second.client.signIn(eve))
  await advance(10)
  first.ports.fetch = fetch
  deliver()
  expect((await until(late))?.user.email).toBe(eve.email)
})

test('a listener that throws breaks nothing, and one that left hears nothing', async () => {
  const { tab, until } = createFakeBrowser()
  const { client, events } = tab()
  const thrown: unknown[] = []
  const later = globalThis.queueMicrotask
  vi.stubGlobal('queueMicrotask', (run: () => void) =>
    later(() => {
      try {
        run()
      } catch (error) {
        thrown.push(error)
      }
    }),
  )
  const faulty = () => {
    throw new Error('in the application')
  }
  const left: string[] = []
  client.onSessionStart(faulty)
  client.onSessionStart(() => left.push('heard'))()
  client.onSessionEnd(faulty)
  client.onSessionEnd(({ reason }) => events.push(`second ${reason}`))
  expect(await until(client.signIn(ada))).toMatchObject({ ok: true })
  expect(await until(client.signOut())).toMatchObject({ ok: true })
  vi.unstubAllGlobals()
  expect(thrown).toHaveLength(2)
  expect(left).toEqual([])
  expect(events).toEqual(['start', 'end signed_out', 'second signed_out'])
})

test('acts give the refusals of the server, and a network problem for all that is no answer', async () => {
  const { first, until, server } = await signedIn(1)
  expect(await until(first.client.listSessions())).toEqual({ ok: true, value: [{ id: 's1', current: true }] })
  expect(await until(first.client.endSession('s/../1'))).toMatchObject({ ok: true })
  expect(server.log.at(-1)!.path).toBe('/api/auth/sessions/s%2F..%2F1')

  server.fault = () => ({ status: 429, body: { code: 'rate_limited', retryAfterSeconds: 900 } })
  expect(await until(first.client.signIn(ada))).toMatchObject({ ok: false, problem: { code: 'rate_limited' } })
  server.fault = () => ({ status: 502, body: '<html>' })
  expect(await until(first.client.listSessions())).toMatchObject({
    ok: false,
    problem: { code: 'network', status: 502 },
  })
  server.fault = () => ({ status: 401, body: { error: 'not ours' } })
  expect(await until(first.client.signIn(ada))).toMatchObject({ ok: false, problem: { code: 'network', status: 401 } })
  server.fault = () => 'hangs'
  expect(await until(first.client.signUp(ada))).toMatchObject({ ok: false, problem: { code: 'network', status: 0 } })
})

test('a sign-up that must be verified first starts no session', async () => {
  const browser = createFakeBrowser()
  const { client, events } = browser.tab()
  browser.server.fault = () => ({ status: 202, body: { status: 'verification_sent' } })
  expect(await browser.until(client.signUp(ada))).toEqual({ ok: true, value: { status: 'verification_sent' } })
  expect(events).toEqual([])
})

test('I18N-1 each request says the language that the page has then', async () => {
  const browser = createFakeBrowser()
  const { client, ports, speak } = browser.tab({ started: false })
  const languages: (string | null)[] = []
  const { fetch } = ports
  ports.fetch = (request) => {
    languages.push(request.headers.get('Accept-Language'))
    return fetch(request)
  }
  await browser.until(client.signIn(ada))
  speak('fr')
  await browser.until(client.fetch('/api/things'))
  speak('en-GB')
  await browser.until(client.fetch('/api/things'))
  await browser.until(client.fetch('/api/things', { headers: { 'Accept-Language': 'de' } }))
  expect(languages).toEqual([null, null, 'fr', 'en-GB', 'de'])
})

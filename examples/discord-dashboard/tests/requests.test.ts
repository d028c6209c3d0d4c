// SYS-B by its requests: what is forged, repeated, too much or malformed.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Reply } from '../../../tests/support/visitor.ts'
import { type Dashboard, exchange, landing, openDashboard, signIn, toCallback, toHandle } from './dashboard.ts'

const engines = '197038439483310086'
const minute = 61_000

let dashboard: Dashboard
beforeAll(async () => {
  dashboard = await openDashboard({ env: { LIMITS: 'b' } })
})
afterAll(() => dashboard?.stop())

const codeOf = ({ status, body }: Reply): string => `${status} ${body?.code}`
const times = async <T>(count: number, run: () => Promise<T>): Promise<T[]> => {
  const all: T[] = []
  for (let n = 0; n < count; n += 1) all.push(await run())
  return all
}

test('SYS-B problem 2, OAU-2 OAU-4: a state that is replayed, forged, or of another browser is refused, and makes nothing', async () => {
  const ada = dashboard.visitor()
  const callback = await toCallback(ada)
  expect(landing(await ada.get(callback)).searchParams.get('session')).toMatch(/^[a-f0-9]{64}$/)

  const victim = dashboard.visitor()
  const [strange, own] = [await toCallback(dashboard.visitor(), 'mallory'), await toCallback(victim)]
  const forged = own.replace(/state=[^&]+/, `state=${'A'.repeat(43)}`)
  for (const [visitor, path] of [
    [ada, callback],
    [victim, strange],
    [victim, forged],
    [dashboard.visitor(), own],
    [victim, own.replace(/state=[^&]+/, '')],
  ] as const) {
    const reply = await visitor.get(path)
    const to = reply.headers.get('location')
    expect([400, 410]).toContain(reply.status)
    expect(to).toBeNull()
    expect(reply.setCookies.filter((line) => /refresh|access/.test(line))).toEqual([])
  }
  expect((await victim.me()).status).toBe(401)
})

test('SYS-B problem 2, OAU-3 OAU-4: a handle works once, for five minutes, in the browser that began', async () => {
  const [ada, thief] = [dashboard.visitor(), dashboard.visitor()]
  const handle = await toHandle(ada)
  expect((await exchange(thief, handle)).status).toBe(410)
  const winners = await Promise.all([1, 2, 3].map(() => exchange(ada, handle)))
  expect(winners.map(({ status }) => status).toSorted()).toEqual([200, 410, 410])
  const late = await toHandle(ada)
  dashboard.moveClock(5 * minute)
  expect((await exchange(ada, late)).status).toBe(410)
})

test('SYS-B problem 3, CSRF-1 CSRF-2 CSRF-3: what a cookie authorises takes the token of that session, and a page of ours', async () => {
  const { visitor, ask } = await signIn(dashboard)
  const refresh = async (more: object) => codeOf(await visitor.refresh({}, more))
  expect(await refresh({ csrf: null })).toBe('403 csrf_failed')
  expect(await refresh({ csrf: 'made-up' })).toBe('403 csrf_failed')
  const other = await signIn(dashboard, 'grace')
  expect(await refresh({ csrf: other.visitor.cookie('csrf') })).toBe('403 csrf_failed')
  expect(await refresh({ origin: 'https://evil.example' })).toBe('403 origin_refused')
  // The dashboard's own routes go by the token that the page holds: cookies open nothing there.
  const path = `/api/guilds/${engines}/announcements`
  const announcement = { title: 'One', html: '<b>One</b>' }
  expect(codeOf(await visitor.post(path, announcement))).toBe('401 unauthenticated')
  expect((await ask('POST', path, announcement)).status).toBe(201)
  const foreign = await visitor.get('/api/guilds', { headers: { origin: 'https://evil.example' } })
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
})

test('SYS-B problem 4, LIM-1 LIM-3: five refreshes, ten exchanges and twenty sign-outs a minute; health is free; nobody is logged out', async () => {
  dashboard.moveClock(minute)
  const { visitor } = await signIn(dashboard)
  const refreshes = await times(6, () => visitor.refresh())
  expect(refreshes.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429])
  const [refused] = refreshes.slice(-1)
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(refused?.headers.get('ratelimit-policy')).toContain('q=5;w=60')
  dashboard.moveClock(minute)
  expect((await visitor.refresh()).status).toBe(200)

  const exchanges = await times(11, () => exchange(visitor, 'a'.repeat(64)))
  expect(exchanges.map(({ status }) => status)).toEqual([...Array(10).fill(410), 429])
  const strangers = await times(21, () => dashboard.visitor().post('/api/auth/logout'))
  expect(strangers.at(-1)?.status).toBe(429)
  expect(strangers.slice(0, 20).filter(({ status }) => status === 429)).toEqual([])
  const health = await Promise.all(Array.from({ length: 60 }, () => dashboard.visitor().get('/api/auth/health')))
  expect(health.filter(({ status }) => status !== 200)).toEqual([])
  dashboard.moveClock(minute)
  expect((await visitor.refresh()).status).toBe(200)
})

test.each([
  ['too short', 'a'.repeat(63)],
  ['too long', 'a'.repeat(65)],
  ['in capitals', 'A'.repeat(64)],
  ['no hexadecimal', `${'a'.repeat(63)}g`],
  ['with a line end', `${'a'.repeat(64)}\n`],
  ['SQL', "' or 1=1 --"],
  ['an object', { $ne: null }],
  ['a list', ['a'.repeat(64)]],
  ['a number', 1],
  ['nothing', null],
])('SYS-B problem 5, VAL-1: a handle that is %s is refused by its form', async (_, handle) => {
  dashboard.moveClock(minute)
  const { status, body } = await exchange(dashboard.visitor(), handle)
  expect([status, body.code, body.errors[0].path]).toEqual([400, 'validation_failed', 'sessionId'])
})

test('SYS-B problem 5, VAL-1 S-86: the dashboard’s own input is bounded, and a guild is its members’', async () => {
  dashboard.moveClock(minute)
  const { ask } = await signIn(dashboard)
  const path = (id: string) => `/api/guilds/${id}/announcements`
  const good = { title: 'One', html: '' }
  for (const wrong of [
    { ...good, title: '' },
    { ...good, html: 1 },
    { ...good, by: 'root' },
    { ...good, link: 'x'.repeat(501) },
  ])
    expect((await ask('POST', path(engines), wrong)).status).toBe(400)
  expect((await ask('GET', path('1e9'))).status).toBe(400)
  // Of Poets she is a member who may not speak for it; of Compilers she is none.
  expect((await ask('POST', path('41771983423143937'), good)).status).toBe(403)
  for (const method of ['GET', 'POST'])
    expect((await ask(method, path('81384788765712384'), method === 'GET' ? undefined : good)).status).toBe(404)
})

test('SYS-B problem 8, RES-3: the list of guilds is asked for once, kept five minutes, and forgotten at sign-out', async () => {
  dashboard.moveClock(minute)
  const { visitor, ask } = await signIn(dashboard, 'grace')
  const { discord } = dashboard
  discord.forget()
  const read = async () => (await ask('GET', '/api/guilds')).body
  const lists = await Promise.all(Array.from({ length: 20 }, read))
  expect(lists[0]).toMatchObject({
    state: 'fresh',
    guilds: [{ name: 'Compilers', canManage: true }, { canManage: false }],
  })
  expect(new Set(lists.map((list) => JSON.stringify(list))).size).toBe(1)
  expect(discord.asked('guilds')).toHaveLength(1)
  dashboard.moveClock(5 * minute)
  await read()
  expect(discord.asked('guilds')).toHaveLength(2)
  await visitor.post('/api/auth/logout')
  const again = await signIn(dashboard, 'grace')
  await again.ask('GET', '/api/guilds')
  expect(discord.asked('guilds')).toHaveLength(3)
})

test('SYS-B problem 7, RES-2: a Discord that fails five sign-ins is left alone, the page can say so, and who is in stays in', async () => {
  dashboard.moveClock(minute)
  const { ask, visitor } = await signIn(dashboard)
  expect((await visitor.get('/api/status')).body).toEqual({ discord: 'up' })
  dashboard.discord.always('token', 503)
  await times(5, async () => visitor.get(await toCallback(visitor)))
  expect((await visitor.get('/api/status')).body).toEqual({ discord: 'down' })
  expect((await ask('GET', '/api/guilds')).body.state).toBe('fresh')
  expect((await visitor.get('/health/ready')).status).toBe(200)
  dashboard.discord.mend()
})

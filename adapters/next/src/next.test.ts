// What pages, actions and route handlers are told, by a real engine, of requests that came over a real socket. The framework itself
// runs in examples/next-catalogue/tests.
import { Agent, createServer, type Server, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { definePermissions, type UserId } from '@vigile/engine'
import { NextRequest } from 'next/server'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openSite, type Site } from '../../../tests/support/site.ts'
import type { Visitor } from '../../../tests/support/visitor.ts'
import { bounce } from './bounce.ts'
import { renewing } from './client.ts'
import { currentRequest } from './current-request.ts'
import { getSession, requireSession } from './get-session.ts'
import { handlers } from './handlers.ts'
import { checkPermission, checkSession, requirePermission } from './permissions.ts'
import { shared } from './shared.ts'
import { start } from './start.ts'

const next = vi.hoisted(() => ({ headers: new Headers(), building: null as Error | null }))
const given = async () => {
  if (next.building) throw next.building
  return next.headers
}
vi.mock('next/headers', () => ({ headers: () => given() }))

const permissions = definePermissions({ products: ['read', 'create'] })
const roles = { user: ['products:read'], editor: ['products:create'] } as const
const by = { kind: 'operator', name: 'test' } as const

let site: Site
let server: Server
let port: number
/** What the application does with the request that comes next. */
let answer: () => Promise<unknown> = async () => null
const broken = { pageState: async () => ({ state: 'unknown' as const }), requirePermission: async () => refusal(503) }
const refusal = (status: number) => ({ ok: false as const, response: new Response(null, { status }) })

beforeAll(async () => {
  process.env.__NEXT_EXPERIMENTAL_AUTH_INTERRUPTS = 'true'
  site = await openSite('embedded', { permissions, roles })
  await site.vigile.roles.seed(by)
  server = createServer((incoming, outgoing) => {
    next.headers = new Headers(incoming.headers as Record<string, string>)
    const threw = (error: { digest?: string; message: string }) => ({ threw: error.digest ?? error.message })
    void answer()
      .catch(threw)
      .then((given) => outgoing.end(JSON.stringify(given)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(async () => {
  server?.close()
  await site?.close()
})

type Sent = { readonly method?: string; readonly headers?: Record<string, string>; readonly agent?: Agent }

/** Sends a request to the application, which does `work`, and gives what came of it. */
const ask = (
  work: () => Promise<unknown>,
  path = '/products',
  { method = 'GET', headers: own = {}, agent }: Sent = {},
) => {
  answer = work
  const headers = { accept: 'text/html,*/*', ...own }
  return new Promise<unknown>((resolve, reject) => {
    const outgoing = send({ port, path, method, headers, ...(agent && { agent }) }, (incoming) => {
      let text = ''
      incoming.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      incoming.once('end', () => resolve(JSON.parse(text)))
    })
    outgoing.once('error', reject).end()
  })
}

const cookiesOf = (visitor: Visitor, ...kinds: readonly ('access' | 'csrf' | 'hint')[]) => ({
  cookie: kinds.map((kind) => `vigile_${kind}=${visitor.cookie(kind)}`).join('; '),
})

let people = 0
const someone = async (...names: readonly string[]) => {
  people += 1
  const visitor = site.visitor()
  const { body } = await visitor.signUp(`next-${people}@example.com`)
  for (const name of names) await site.vigile.roles.grant(body.user.id, name, by)
  return { visitor, id: body.user.id as UserId, email: body.user.email as string }
}

test('SYS-C a page that asks for nothing before its permission tells Next first that it is made for each request', async () => {
  // While Next builds nothing was started: `headers()` ends the rendering there, and nothing else may throw before it.
  next.building = new Error('made for each request')
  const asks = [
    () => requirePermission(site.vigile, 'products:create'),
    () => checkPermission(site.vigile, 'products:create'),
    () => checkSession(site.vigile),
    () => getSession(site.vigile),
  ]
  const told = await Promise.all(asks.map((one) => one().catch((error: Error) => error.message)))
  next.building = null
  expect(told).toEqual(asks.map(() => 'made for each request'))
})

test('LIM-2 an application that did not start it is told what to add, and nothing is answered without the address', async () => {
  expect(await ask(() => getSession(site.vigile))).toEqual({
    threw: expect.stringContaining('export const register = () => start(auth)'),
  })
  const me = () => handlers(site.vigile).GET(new Request('http://localhost/api/auth/me'))
  await expect(me()).rejects.toThrow(/instrumentation/)
  // What came before, while Next started: asked to come again, and never taken for signed out.
  const early = ask(async () => {
    await start(site.vigile)
    const early = await checkPermission(site.vigile, 'products:create')
    const { code } = early.ok ? { code: 'allowed' } : ((await early.response.json()) as { code: string })
    return [(await me()).status, await getSession(site.vigile), code]
  })
  expect(await early).toEqual([503, { unknown: true }, 'unavailable'])
  await start(site.vigile)
})

describe('LIM-2 what is known of a request', () => {
  test('attack: no header is taken for the address, nor for the path; the socket and the request line say both', async () => {
    const forged = { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.7', 'x-invoke-path': '/admin' }
    const told = await ask(
      async () => {
        const { request, peer } = await currentRequest()
        return { peer, url: request.url, method: request.method, header: request.headers.get('x-forwarded-for') }
      },
      '/products?q=1&_rsc=abc1&page=2',
      { method: 'POST', headers: forged },
    )
    const url = 'http://localhost/products?q=1&page=2'
    expect(told).toEqual({ peer: { address: '127.0.0.1' }, url, method: 'POST', header: '203.0.113.7' })
  })

  test('each request of one connection has its own, however late it is asked for', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const late = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return new URL((await currentRequest()).request.url).pathname
    }
    const paths = ['/a', '/b', '/c']
    const told = []
    for (const path of paths) told.push(await ask(late, path, { agent }))
    expect(told).toEqual(paths)
    agent.destroy()
  })

  test('attack: the limits of the interface count by it, whatever a header says', async () => {
    const { POST } = handlers(site.vigile)
    const forgot = (n: number) => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${n}` }
      const body = JSON.stringify({ email: `nobody-${n}@example.com` })
      const sent = new Request(`${site.publicUrl}/api/auth/password/forgot`, { method: 'POST', headers, body })
      return ask(async () => (await POST(sent)).status, '/api/auth/password/forgot', { method: 'POST', headers })
    }
    const statuses: unknown[] = []
    for (let times = 0; times < 11; times += 1) statuses.push(await forgot(times))
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 202), 429])
  })
})

describe('SYS-C COOK-3 who is signed in', () => {
  const user = () => getSession(site.vigile).then((session) => session && (session.user?.email ?? 'unknown'))

  test('signed in, signed out, or to be renewed; a part that is down is none of these', async () => {
    const { visitor, email } = await someone()
    const signedIn = { headers: cookiesOf(visitor, 'access', 'hint') }
    expect(await ask(user, '/products?page=2', signedIn)).toBe(email)
    expect(await ask(user)).toBeNull()
    const renewal = { threw: 'NEXT_REDIRECT;replace;/api/auth/continue?returnTo=%2Fproducts%3Fpage%3D2;307;' }
    expect(await ask(user, '/products?page=2', { headers: cookiesOf(visitor, 'hint') })).toEqual(renewal)
    expect(await ask(() => getSession(broken), '/products', signedIn)).toEqual({ unknown: true })
  })

  test('a page for people who are signed in leads the others to the sign-in page, and back; a fault does not', async () => {
    const { visitor, id } = await someone()
    const mine = async () => (await requireSession(site.vigile)).user.id
    expect(await ask(mine, '/account', { headers: cookiesOf(visitor, 'access') })).toBe(id)
    const signIn = { threw: 'NEXT_REDIRECT;replace;/sign-in?returnTo=%2Faccount;307;' }
    expect(await ask(mine, '/account')).toEqual(signIn)
    expect(await ask(() => requireSession(broken), '/account')).toEqual({ threw: 'vigile_unavailable' })
  })
})

test('CLI-1 a script that fetches is refused with a 401, by which the client renews, and led to no page', async () => {
  const { visitor } = await someone('editor')
  const refused = { threw: 'NEXT_HTTP_ERROR_FALLBACK;401' }
  const asks = [
    () => getSession(site.vigile),
    () => requireSession(site.vigile),
    () => requirePermission(site.vigile, 'products:create'),
  ]
  const origin = site.publicUrl
  for (const one of asks) {
    for (const method of ['GET', 'POST'])
      expect(
        await ask(one, '/api/who', { method, headers: { accept: '*/*', origin, ...cookiesOf(visitor, 'hint') } }),
      ).toEqual(refused)
    // Next's own router, and an action of the page, go where they are led.
    for (const header of ['rsc', 'next-action']) {
      const headers = { accept: '*/*', origin, [header]: '1', ...cookiesOf(visitor, 'hint') }
      expect(await ask(one, '/who', { headers })).toEqual({ threw: expect.stringMatching(/^NEXT_REDIRECT;.*continue/) })
    }
  }
  expect(await ask(() => requireSession(site.vigile), '/api/who', { headers: { accept: '*/*' } })).toEqual(refused)
})

describe('SYS-C RBAC-3 what they may do', () => {
  const may = async () => (await requirePermission(site.vigile, 'products:create')).user.email

  test('pages are told what else they may do, by whatever they ask', async () => {
    const { visitor } = await someone('editor')
    const asks = [getSession, requireSession, (auth: typeof site.vigile) => requirePermission(auth, 'products:read')]
    for (const one of asks) {
      const told = async () => ((await one(site.vigile as never)) as { permissions: readonly string[] }).permissions
      expect(await ask(told, '/products', { headers: cookiesOf(visitor, 'access') })).toEqual([
        'products:create',
        'products:read',
      ])
    }
  })

  test('a page: who holds the permission; who does not sees 403; who is signed out signs in; a fault grants nothing', async () => {
    const [editor, reader] = [await someone('editor'), await someone()]
    const headers = (one: typeof editor) => ({ headers: cookiesOf(one.visitor, 'access', 'hint') })
    expect(await ask(may, '/products/new', headers(editor))).toBe(editor.email)
    expect(await ask(may, '/products/new', headers(reader))).toEqual({ threw: 'NEXT_HTTP_ERROR_FALLBACK;403' })
    const signIn = { threw: 'NEXT_REDIRECT;replace;/sign-in?returnTo=%2Fproducts%2Fnew;307;' }
    expect(await ask(may, '/products/new')).toEqual(signIn)
    const down = () => requirePermission(broken, 'products:create')
    expect(await ask(down, '/products/new', headers(editor))).toEqual({ threw: 'vigile_unavailable' })
    await site.vigile.roles.revoke(editor.id, 'editor', by)
    expect(await ask(may, '/products/new', headers(editor))).toEqual({ threw: 'NEXT_HTTP_ERROR_FALLBACK;403' })
  })

  test('CSRF-2 attack: an action asked for from another site, from a sister domain or from nowhere is refused', async () => {
    const { visitor } = await someone('editor')
    const code = async () => {
      const allowed = await checkPermission(site.vigile, 'products:create')
      return allowed.ok ? 'allowed' : ((await allowed.response.json()) as { code: string }).code
    }
    const post = (headers: Record<string, string>) =>
      ask(code, '/products/new', { method: 'POST', headers: { ...cookiesOf(visitor, 'access', 'csrf'), ...headers } })
    expect(await post({ origin: site.publicUrl })).toBe('allowed')
    for (const origin of ['https://evil.example', 'null', 'http://localhost:3001', 'http://sister.localhost:3000'])
      expect(await post({ origin })).toBe('origin_refused')
    expect(await post({})).toBe('origin_refused')
    expect(await post({ 'sec-fetch-site': 'same-origin' })).toBe('origin_refused')
    expect(await post({ origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' })).toBe('origin_refused')
    const mine = (origin: string) =>
      ask(async () => (await checkSession(site.vigile)).ok, '/account', {
        method: 'POST',
        headers: { ...cookiesOf(visitor, 'access'), origin },
      })
    expect([await mine(site.publicUrl), await mine('https://evil.example')]).toEqual([true, false])
  })

  test('TOK-11 an action asks for a recent sign-in, though its form carries no token; who leaves the page sees 401', async () => {
    const { visitor, email } = await someone('editor')
    const sent = {
      method: 'POST',
      headers: { ...cookiesOf(visitor, 'access'), origin: site.publicUrl, 'next-action': '1' },
    }
    const code = async () => {
      const allowed = await checkPermission(site.vigile, 'products:create', { recentSignIn: true })
      return allowed.ok ? allowed.user.email : ((await allowed.response.json()) as { code: string }).code
    }
    const leaves = () => requirePermission(site.vigile, 'products:create', { recentSignIn: true })
    expect(await ask(code, '/products/new', sent)).toBe(email)
    const foreign = { ...sent, headers: { ...sent.headers, origin: 'https://evil.example' } }
    expect(await ask(code, '/products/new', foreign)).toBe('origin_refused')
    expect(await ask(leaves, '/products/new', foreign)).toEqual({ threw: 'NEXT_HTTP_ERROR_FALLBACK;403' })
    site.move(11 * 60_000)
    expect(await ask(code, '/products/new', sent)).toBe('reauthentication_required')
    expect(await ask(leaves, '/products/new', sent)).toEqual({ threw: 'NEXT_HTTP_ERROR_FALLBACK;401' })
    site.move(-11 * 60_000)
  })

  test('CSRF-1 a route handler asks for the token, and for a recent sign-in where it is told to', async () => {
    const { visitor } = await someone('editor')
    const post = (token: string | null, recentSignIn = false) =>
      ask(
        async () => {
          const request = new Request(`${site.publicUrl}/api/products`, { method: 'POST', headers: next.headers })
          if (token !== null) request.headers.set('x-csrf-token', token)
          const allowed = await checkPermission(site.vigile, 'products:create', { request, recentSignIn })
          return allowed.ok ? 'allowed' : allowed.response.json().then(({ code }) => code)
        },
        '/api/products',
        { headers: { ...cookiesOf(visitor, 'access', 'csrf'), origin: site.publicUrl } },
      )
    const token = visitor.cookie('csrf') as string
    expect([await post(token), await post(null), await post('x')]).toEqual(['allowed', 'csrf_failed', 'csrf_failed'])
    expect(await post(token, true)).toBe('allowed')
    site.move(11 * 60_000)
    expect(await post(token, true)).toBe('reauthentication_required')
    site.move(-11 * 60_000)
  })

  test('a permission that was not declared is refused as misspelt', async () => {
    const { visitor } = await someone('editor')
    const misspelt = () => requirePermission(site.vigile, 'products:craete')
    const told = await ask(misspelt, '/products', { headers: cookiesOf(visitor, 'access') })
    expect(told).toEqual({ threw: expect.stringContaining('there is no permission "products:craete"') })
  })
})

test('COOK-3 the proxy renews before a page is rendered, for people who go there; it refuses nobody', async () => {
  const { visitor } = await someone()
  const html = { accept: 'text/html,*/*' }
  const location = async (path: string, headers: Record<string, string>, method = 'GET') => {
    const request = new NextRequest(`${site.publicUrl}${path}`, { method, headers })
    const moved = await bounce(site.vigile)(request)
    return moved?.headers.get('location')?.replace(site.publicUrl, '') ?? 'goes on'
  }
  const hint = cookiesOf(visitor, 'hint')
  expect(await location('/a?b=c', { ...html, ...hint })).toBe('/api/auth/continue?returnTo=%2Fa%3Fb%3Dc')
  expect(await location('/a', { ...html, ...cookiesOf(visitor, 'access', 'hint') })).toBe('goes on')
  expect(await location('/a', html)).toBe('goes on')
  expect(await location('/sign-in', { ...html, ...hint })).toBe('goes on')
  for (const fetched of [
    { rsc: '1' },
    { 'next-router-prefetch': '1' },
    { 'sec-purpose': 'prefetch' },
    { accept: '*/*' },
  ])
    expect(await location('/a', { ...html, ...hint, ...(fetched as Record<string, string>) })).toBe('goes on')
  expect(await location('/a', { ...html, ...hint }, 'POST')).toBe('goes on')
})

test('one engine for all copies of a module, made at its first use', async () => {
  class Counter {
    #count = 0
    add() {
      this.#count += 1
    }
    get count() {
      return this.#count
    }
  }
  const make = vi.fn(() => new Counter())
  const [one, other] = [shared('counter', make), shared('counter', make)]
  expect(make).not.toHaveBeenCalled()
  one.add()
  const { add } = other
  add()
  expect([one.count, other.count, make.mock.calls.length]).toEqual([2, 2, 1])
})

test('what is shared is what was made: its own functions with what they hold, and no function by itself', () => {
  const sql = Object.assign((strings: TemplateStringsArray, ..._given: unknown[]) => strings.join('?'), {
    begin: () => 'begun',
  })
  const database = shared('sql', () => ({ sql }))
  expect([database.sql`select ${1}`, database.sql.begin()]).toEqual(['select ?', 'begun'])
  expect(database.sql).toBe(sql)
  // @ts-expect-error: calling it would be calling an object
  shared('a function', () => sql)
})

test('CLI-1 an action whose access token has ended is called again once, with what was typed', async () => {
  const renewed = vi.fn(async () => 'refreshed' as 'refreshed' | 'later')
  const ended = { problem: { code: 'unauthenticated' as const } }
  const action = vi.fn(async (_typed: string): Promise<{ problem?: { code: 'unauthenticated' } } | null> => ended)
  const call = renewing({ refresh: renewed }, action)
  expect(await call('a table')).toBe(ended)
  expect(action.mock.calls).toEqual([['a table'], ['a table']])
  action.mockResolvedValueOnce(ended).mockResolvedValueOnce(null)
  expect(await call('a chair')).toBeNull()
  renewed.mockResolvedValueOnce('later')
  expect(await call('a lamp')).toBe(ended)
  expect([renewed.mock.calls.length, action.mock.calls.length]).toEqual([3, 5])
})

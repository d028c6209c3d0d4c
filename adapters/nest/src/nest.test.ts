// The module in a real Nest application, on a real port.
import { request } from 'node:http'
import { Controller, Get, Post } from '@nestjs/common'
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core'
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js'
import { ExpressAdapter } from '@nestjs/platform-express'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createGuard } from './guard.ts'
import { Public, RequirePermission, VigileModule } from './index.ts'
import { decorate, type NestSite, openNestSite, prefixedAndVersioned } from './nest-app.suite.ts'

const by = { kind: 'application', name: 'test' } as const

let site: NestSite
beforeAll(async () => {
  site = await openNestSite()
})
afterAll(() => site?.close())

let people = 0
const signedUp = async (at: NestSite = site, ...roles: readonly string[]) => {
  people += 1
  const browser = at.browser()
  const { user } = (await browser.signUp(`person-${people}@example.com`)).body
  for (const role of roles) await at.vigile.roles.grant(user.id, role, by)
  return { browser, user }
}

/** Every route that Express has from Nest: `GET /products/mine`. */
const routesOf = ({ app }: NestSite): readonly (readonly [string, string])[] => {
  const { stack } = app.getHttpAdapter().getInstance().router as {
    stack: { route?: { path: string; methods: Record<string, boolean> } }[]
  }
  return stack.flatMap(({ route }) =>
    route ? Object.keys(route.methods).map((method) => [method.toUpperCase(), route.path] as const) : [],
  )
}

test.each([
  ['as it is', undefined, ''],
  ['under a prefix, with versions', prefixedAndVersioned, '/shop/v2'],
])('VAL-3 every route is guarded but those that are public: %s', async (_, arrange, prefix) => {
  const walked = arrange ? await openNestSite({ arrange }) : site
  try {
    const answers = await Promise.all(
      routesOf(walked)
        // One route of every method there is: below.
        .filter(([, path]) => !path.endsWith('/any'))
        .map(async ([method, path]) => {
          const { status } = await walked.browser().send(method, path.replace(':id', '7'))
          return `${method} ${path} ${status}`
        }),
    )
    expect(answers).toEqual([
      `GET ${prefix}/products/catalogue 200`,
      `GET ${prefix}/products/mine 401`,
      `POST ${prefix}/products 401`,
      `POST ${prefix}/products/:id/publish 401`,
      `GET ${prefix}/products/misspelt 500`,
      `GET ${prefix}/products/nobody 500`,
      `GET ${prefix}/pages 200`,
      `DELETE ${prefix}/pages/back 401`,
    ])
  } finally {
    if (arrange) await walked.close()
  }
})

describe('a signed-in person', () => {
  test('ACC-1 RBAC-3 signs up, is known to a route by user, session and permissions, and signs out', async () => {
    const { browser, user } = await signedUp()
    const { session } = (await browser.me()).body
    const permissions = ['products:read']
    expect((await browser.get('/products/mine')).body).toEqual({ by: user.email, session: session.id, permissions })
    expect((await browser.post('/api/auth/logout')).status).toBe(204)
    expect((await browser.get('/products/mine')).status).toBe(401)
  })

  test('TOK-5 whose copied access token is refused by every route once they have signed out', async () => {
    const { browser } = await signedUp()
    const cookie = `vigile_access=${browser.cookie('access')}`
    expect((await browser.get('/products/mine', { cookie })).status).toBe(200)
    await browser.post('/api/auth/logout')
    expect((await browser.get('/products/mine', { cookie })).body.code).toBe('unauthenticated')
  })

  test('RBAC-3 S-87 does what a role permits from the next click on, and is told which permission lacks', async () => {
    const { browser, user } = await signedUp()
    const refused = await browser.post('/products')
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'permission_denied', permission: 'products:create', requestId: expect.any(String) },
    })
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json(;|$)/)
    expect(refused.headers.get('x-request-id')).toBe(refused.body.requestId)
    await site.vigile.roles.grant(user.id, 'editor', by)
    expect(await browser.post('/products')).toMatchObject({ status: 201, body: { by: user.id } })
    await site.vigile.roles.revoke(user.id, 'editor', by)
    expect((await browser.post('/products')).status).toBe(403)
  })

  test('CSRF-1 CSRF-2 changes nothing by a cookie alone, nor from another site', async () => {
    const { browser } = await signedUp(site, 'editor')
    const code = async (ask: object) => (await browser.post('/products', undefined, ask)).body.code
    expect(await code({ csrf: null })).toBe('csrf_failed')
    expect(await code({ csrf: 'made-up' })).toBe('csrf_failed')
    expect(await code({ origin: 'https://evil.example' })).toBe('origin_refused')
    expect((await browser.post('/products')).status).toBe(201)
  })

  test('TOK-11 publishes by a recent sign-in alone', async () => {
    const { browser } = await signedUp(site, 'editor')
    expect((await browser.post('/products/7/publish')).body).toMatchObject({ id: '7' })
    site.move(11 * 60_000)
    expect((await browser.post('/products/7/publish')).body.code).toBe('reauthentication_required')
    expect((await browser.post('/products')).status).toBe(201)
  })
})

test('LIM-2 attack: an address that the client made up is not the one on record, of its sign-in nor of its click', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.9' }
  const { browser } = await signedUp()
  await browser.post('/api/auth/login', { email: 'forger@example.com', password: 'wrong-wrong-wrong' }, { headers })
  await browser.post('/products', undefined, { headers })
  for (const action of ['session:sign-in:failed', 'permission:denied']) {
    const { entries } = await site.vigile.audit.search({ action })
    expect(new Set(entries.map(({ ip }) => ip))).toEqual(new Set(['127.0.0.1']))
  }
})

test('VAL-1 a body goes to the engine as it was sent: too large is 413, and the answer arrives', async () => {
  const raw = JSON.stringify({ email: 'a@example.com', password: 'x'.repeat(300_000) })
  const headers = { 'content-type': 'application/json' }
  const { status, body } = await site.browser().post('/api/auth/login', undefined, { raw, headers })
  expect([status, body.code]).toEqual([413, 'payload_too_large'])
})

test('HEAD and OPTIONS are answered as GET is, without what it shows', async () => {
  const { browser } = await signedUp()
  expect(await browser.send('HEAD', '/products/mine')).toMatchObject({ status: 200, text: '' })
  expect(await site.browser().send('HEAD', '/products/mine')).toMatchObject({ status: 401, text: '' })
  expect(await browser.send('HEAD', '/api/auth/me')).toMatchObject({ status: 200, text: '' })
  const options = await site.browser().send('OPTIONS', '/api/auth/me')
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, PATCH'])
})

test('S-90 a part that is down is 503 with when to come back, never 401', async () => {
  const down = async () => ({
    ok: false as const,
    response: Response.json({ code: 'unavailable' }, { status: 503, headers: { 'retry-after': '5' } }),
  })
  const broken = await openNestSite({ engine: { requireSession: down, requirePermission: down } })
  try {
    const { browser } = await signedUp(broken, 'editor')
    for (const answer of [await browser.get('/products/mine'), await browser.post('/products')])
      expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([503, 'unavailable', '5'])
    expect((await browser.get('/products/catalogue')).status).toBe(200)
  } finally {
    await broken.close()
  }
})

test('VAL-3 attack: a target in absolute form, with two slashes, or by an odd method opens nothing', async () => {
  const statusOf = (path: string, method = 'GET') =>
    new Promise<number>((resolve, reject) => {
      const asking = request({ host: '127.0.0.1', port: new URL(site.url).port, path, method }, (reply) =>
        resolve(reply.resume().statusCode ?? 0),
      )
      asking.on('error', reject).end()
    })
  expect(await statusOf(`${site.url}/products/mine`)).toBe(401)
  expect(await statusOf('http://evil.example/products/mine')).toBe(401)
  expect(await statusOf('//products/mine')).toBe(404)
  expect(await statusOf('//evil.example/api/auth/me')).toBe(404)
  expect(await Promise.all(['GET', 'PUT', 'TRACE'].map((method) => statusOf('/products/any', method)))).toEqual([
    401, 401, 405,
  ])
})

test('VAL-3 what Nest asks the guard about sockets, messages and resolvers is refused, unless they are public', async () => {
  class Gateway {
    told() {}
    open() {}
  }
  decorate(Gateway, { methods: { open: [Public()] } })
  const guard = createGuard(site.vigile)
  for (const type of ['ws', 'rpc', 'graphql']) {
    const asked = (handler: () => void) => {
      const context = new ExecutionContextHost([{}, {}], Gateway, handler)
      context.setType(type)
      return guard.canActivate(context)
    }
    expect([await asked(Gateway.prototype.told), await asked(Gateway.prototype.open)]).toEqual([false, true])
  }
})

test('VAL-3 attack: a sub-class that says nothing is not opened by what its base class says; a stricter word of the base holds', async () => {
  class Open {
    list() {
      return 'list'
    }
  }
  decorate(Open, { on: [Public(), Controller('open')], methods: { list: [Get('list')] } })
  class Silent extends Open {
    wipe() {
      return 'wiped'
    }
  }
  decorate(Silent, { on: [Controller('silent')], methods: { wipe: [Post('wipe')] } })
  class Strict {}
  decorate(Strict, { on: [RequirePermission('system:admin')] })
  class Opened extends Strict {}
  decorate(Opened, { on: [Public(), Controller('opened')] })
  class Below extends Opened {
    wipe() {
      return 'wiped'
    }
  }
  decorate(Below, { on: [Controller('below')], methods: { wipe: [Get('wipe')] } })
  const inherited = await openNestSite({
    more: { imports: [{ module: class {}, controllers: [Open, Silent, Below] }] },
  })
  try {
    const status = async (method: string, path: string) => (await inherited.browser().send(method, path)).status
    expect(await status('GET', '/open/list')).toBe(200)
    expect(await status('GET', '/silent/list')).toBe(401)
    expect(await status('POST', '/silent/wipe')).toBe(401)
    expect(await status('GET', '/below/wipe')).toBe(401)
    const { browser } = await signedUp(inherited)
    expect((await browser.get('/silent/list')).status).toBe(200)
    expect((await browser.get('/below/wipe')).status).toBe(403)
  } finally {
    await inherited.close()
  }
})

test('a route with two of @Public and @RequirePermission does not start', () => {
  class Twice {
    both() {}
  }
  const methods = { both: [Public(), RequirePermission('products:create')] }
  expect(() => decorate(Twice, { methods })).toThrow('both has two of @Public and @RequirePermission')
  expect(() => decorate(Twice, { on: [Public(), Public()] })).toThrow('Twice has two of')
})

test('a body parser in front of Vigile is said, not left to be found out', async () => {
  const adapter = new ExpressAdapter()
  adapter.useBodyParser('json', false)
  const behind = await openNestSite({ adapter })
  try {
    expect((await behind.browser().signUp('parsed@example.com')).status).toBe(500)
    expect((await behind.browser().get('/api/auth/health')).status).toBe(200)
    expect(behind.errors.join()).toContain('a body parser came before Vigile')
  } finally {
    await behind.close()
  }
})

test('another HTTP server than Express is refused at start', async () => {
  class Other extends ExpressAdapter {
    override getType() {
      return 'fastify'
    }
  }
  await expect(openNestSite({ adapter: new Other() })).rejects.toThrow('Vigile needs @nestjs/platform-express')
})

test('OPS-7 closing the application closes the engine, after it has said that it is going', async () => {
  const ending = await openNestSite()
  expect((await ending.browser().get('/health/ready')).status).toBe(200)
  const drain = vi.fn()
  const close = vi.fn(async () => {})
  const watched = await openNestSite({ engine: { drain, close } })
  await watched.close()
  expect(drain.mock.invocationCallOrder[0]).toBeLessThan(close.mock.invocationCallOrder[0] as number)
  await ending.close()
  await expect(ending.vigile.ready()).rejects.toThrow()
})

test('the interface is mounted once there is a server, later too, as in a testing module; without one, as in commands, nowhere', () => {
  const mountedOn = (adapter: ExpressAdapter | null) => {
    const host = new HttpAdapterHost()
    const module = new VigileModule(site.vigile, host, new ModulesContainer())
    const use = adapter && vi.spyOn(adapter, 'use')
    host.httpAdapter = adapter as ExpressAdapter
    module.onModuleInit()
    return use?.mock.calls.length ?? 0
  }
  expect(mountedOn(new ExpressAdapter())).toBe(1)
  expect(mountedOn(null)).toBe(0)
})

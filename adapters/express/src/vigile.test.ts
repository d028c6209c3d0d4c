// A real Express on a real port, and a browser's cookie jar.

import { request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { definePermissions, type UserId } from '@vigile/engine'
import { createTestVigile } from '@vigile/engine/testing'
import express, { type ErrorRequestHandler } from 'express'
import { afterEach, expect, test } from 'vitest'
import { temporaryFolder } from '../../../tests/services/place.ts'
import { testSecret } from '../../../tests/support/site.ts'
import { vigile } from './vigile.ts'

const permissions = definePermissions({ products: ['read', 'create'] })
const by = { kind: 'operator', name: 'test' } as const
const origin = 'http://localhost:3000'
const password = 'a long enough password 1!'

/** As they were before any application began. */
const own = [globalThis.Request, globalThis.Response]

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const serve = async (app: express.Express) => {
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
  })
  closing.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** An application with a permission, a session and an open page, and what its error handler was told. */
const openApp = async (options: { trustedProxies?: readonly string[] } = {}) => {
  const folder = await temporaryFolder('express')
  const database = `file:${folder.path}/vigile.db`
  const { vigile: auth, clock } = createTestVigile({
    publicUrl: origin,
    secrets: testSecret,
    database,
    permissions,
    roles: { user: ['products:read'] },
    ...options,
  })
  closing.push(folder.remove, () => auth.close())
  await auth.roles.seed(by)
  const errors: unknown[] = []
  const app = express()
  app.disable('x-powered-by')
  app.use(vigile(auth))
  app.use(express.json())
  app.get(
    '/products',
    vigile.require('products:read'),
    (req, res) => void res.json({ by: req.user.id, may: req.vigile.permissions }),
  )
  app.post(
    '/products',
    vigile.require('products:create'),
    (req, res) => void res.json({ by: req.user.id, body: req.body }),
  )
  app.post(
    '/profile',
    vigile.signedIn(),
    (req, res) => void res.json({ by: req.user.email, session: req.vigile.session.id, body: req.body }),
  )
  app.post('/danger', vigile.signedIn({ recentSignIn: true }), (_req, res) => void res.json({}))
  app.get('/misspelt', vigile.require('products:craete'), (_req, res) => void res.json({}))
  app.all('/page', vigile.page(), (req, res) => void res.send(`${req.user.email} ${req.vigile.permissions}`))
  app.all('/all', vigile.signedIn(), (_req, res) => void res.json({}))
  app.get('/open', (_req, res) => void res.json({ open: true }))
  const onError: ErrorRequestHandler = (error, _req, res, _next) => {
    errors.push(error)
    res.status(500).end()
  }
  app.use(onError)
  return { auth, clock, errors, url: await serve(app) }
}

/** A browser, as far as cookies go. */
const visit = (url: string) => {
  const jar = new Map<string, string>()
  const send = async (method: string, path: string, body?: unknown, more: Record<string, string> = {}) => {
    const csrf = jar.get('vigile_csrf')
    const headers = {
      cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
      origin,
      ...(csrf && { 'x-csrf-token': csrf }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...more,
    }
    const response = await fetch(url + path, {
      method,
      headers,
      redirect: 'manual',
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';', 1)[0] as string).split(/=(.*)/s)
      if (/max-age=0/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }
  return { send, jar }
}

const signedUp = async (url: string, email = 'ada@example.com') => {
  const visitor = visit(url)
  const answer = await visitor.send('POST', '/api/auth/register', { email, password })
  expect(answer.status, await answer.clone().text()).toBe(201)
  return { ...visitor, user: ((await answer.json()) as { user: { id: UserId } }).user }
}

const problem = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code]

test('RBAC-3 S-86 each route asks for what it says: a session, a permission, the CSRF token', async () => {
  const { auth, url } = await openApp()
  expect(await problem(await visit(url).send('GET', '/products'))).toEqual([401, 'unauthenticated'])
  expect(await (await visit(url).send('GET', '/open')).json()).toEqual({ open: true })

  const { send, user } = await signedUp(url)
  expect(await (await send('GET', '/products?page=2')).json()).toEqual({ by: user.id, may: ['products:read'] })
  const refused = await send('POST', '/products', { name: 'x' })
  expect(refused.headers.get('content-type')).toMatch('application/problem+json')
  expect(refused.headers.get('cache-control')).toMatch('no-store')
  expect(await problem(refused)).toEqual([403, 'permission_denied'])

  expect(await auth.roles.create({ name: 'editor', permissions: ['products:create'] }, by)).toMatchObject({ ok: true })
  expect(await auth.roles.grant(user.id, 'editor', by)).toMatchObject({ ok: true })
  expect(await (await send('POST', '/products', { name: 'x' })).json()).toEqual({ by: user.id, body: { name: 'x' } })
  expect(await problem(await send('POST', '/products', {}, { 'x-csrf-token': 'forged' }))).toEqual([403, 'csrf_failed'])
  expect(await problem(await send('POST', '/profile', {}, { origin: 'https://evil.example' }))).toEqual([
    403,
    'origin_refused',
  ])
  expect(await (await send('POST', '/profile', { a: 1 })).json()).toMatchObject({
    by: 'ada@example.com',
    body: { a: 1 },
  })
})

test('TOK-11 what asks for a recent sign-in gets one', async () => {
  const { clock, url } = await openApp()
  const { send } = await signedUp(url)
  expect((await send('POST', '/danger', {})).status).toBe(200)
  clock.move(11 * 60_000)
  expect(await problem(await send('POST', '/danger', {}))).toEqual([403, 'reauthentication_required'])
})

test('COOK-3 a page: signed out, not sure, signed in; a fault is none of them', async () => {
  const { auth, clock, errors, url } = await openApp()
  const where = (answer: Response) => [answer.status, answer.headers.get('location')]
  expect(where(await visit(url).send('GET', '/page?of=1'))).toEqual([303, '/sign-in?returnTo=%2Fpage%3Fof%3D1'])
  const { send, jar } = await signedUp(url)
  expect(await (await send('GET', '/page')).text()).toBe('ada@example.com products:read')
  clock.move(16 * 60_000)
  expect(where(await send('GET', '/page'))).toEqual([303, '/api/auth/continue?returnTo=%2Fpage'])
  expect(jar.size).toBeGreaterThan(2)
  await auth.close()
  const answer = await send('GET', '/page')
  expect([answer.status, answer.headers.getSetCookie()]).toEqual([500, []])
  expect(errors).toEqual([expect.objectContaining({ status: 503 })])
})

test('CSRF-1 attack: a form of another site that posts to a page is refused; TRACE finds no route', async () => {
  const { url } = await openApp()
  const { send } = await signedUp(url)
  const form = { 'x-csrf-token': '', 'content-type': 'application/x-www-form-urlencoded' }
  expect((await send('POST', '/page', undefined, form)).status).toBe(200)
  expect(await problem(await send('POST', '/page', undefined, { ...form, origin: 'https://evil.example' }))).toEqual([
    403,
    'origin_refused',
  ])
  expect((await send('POST', '/page', undefined, { ...form, origin: 'null' })).status).toBe(403)
  expect(await traced(url, '/all')).toBe(405)
})

test('the application’s own Request and Response stay as they are', async () => {
  await openApp()
  expect([globalThis.Request, globalThis.Response]).toEqual(own)
})

/** `fetch` sends no TRACE. */
const traced = (url: string, path: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const asked = request(url + path, { method: 'TRACE' }, (answer) => resolve(answer.resume().statusCode))
    asked.once('error', reject).end()
  })

test('LIM-2 the address that counts is the socket’s, whatever a header says and whatever Express trusts', async () => {
  const { auth, url } = await openApp()
  for (let at = 0; at < 10; at += 1) {
    const tried = await visit(url).send(
      'POST',
      '/api/auth/login',
      { email: `nobody${at}@example.com`, password: 'x' },
      { 'x-forwarded-for': `203.0.113.${at}` },
    )
    expect(tried.status).toBe(401)
  }
  const eleventh = await visit(url).send(
    'POST',
    '/api/auth/login',
    { email: 'nobody@example.com', password: 'x' },
    { 'x-forwarded-for': '203.0.113.99' },
  )
  expect(eleventh.status).toBe(429)
  const { entries } = await auth.audit.search({})
  const addresses = entries.filter(({ action }) => action.startsWith('session:sign-in')).map(({ ip }) => ip)
  expect(addresses.length).toBeGreaterThan(9)
  expect(new Set(addresses)).toEqual(new Set(['127.0.0.1']))
})

test('S-86 the session check takes the short way, with the same answer, and sets what cookies it has to', async () => {
  const { url } = await openApp()
  const { send } = await signedUp(url)
  const answer = await send('GET', '/api/auth/me')
  expect(answer.headers.get('cache-control')).toMatch('no-store')
  expect(await answer.json()).toMatchObject({ user: { email: 'ada@example.com' } })
  expect((await send('HEAD', '/health/live')).status).toBe(200)
})

test('a fault is 503, and no cookie goes: nobody is signed out by it', async () => {
  const { auth, url } = await openApp()
  const { send } = await signedUp(url)
  await auth.close()
  const answer = await send('GET', '/products')
  expect(answer.status).toBe(503)
  expect(answer.headers.getSetCookie()).toEqual([])
})

test('misuse is told to the developer: a misspelt permission, a body read before, a route without an engine', async () => {
  const { auth, errors, url } = await openApp()
  const { send } = await signedUp(url)
  expect((await send('GET', '/misspelt')).status).toBe(500)
  expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining('products:craete') })])

  const told: string[] = []
  const wrong = express()
  wrong.get('/early', vigile.signedIn(), (_req, res) => void res.json({}))
  wrong.use(express.json(), vigile(auth))
  const onError: ErrorRequestHandler = (error, _req, res, _next) => {
    told.push((error as Error).message)
    res.status(500).end()
  }
  wrong.use(onError)
  const visitor = visit(await serve(wrong))
  expect((await visitor.send('POST', '/api/auth/login', { email: 'a@example.com', password })).status).toBe(500)
  expect((await visitor.send('GET', '/early')).status).toBe(500)
  expect(told).toEqual([
    expect.stringContaining('before express.json()'),
    expect.stringContaining('app.use(vigile(auth))'),
  ])
})

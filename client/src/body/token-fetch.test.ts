import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBoundFetch } from '../binding/bound-fetch.ts'
import { createTokenFetch } from './token-fetch.ts'

const origin = 'https://app.test'
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const tokenOf = (name: string, more: object = {}) => `${part({ alg: 'ES256' })}.${part({ name, ...more })}.s`

beforeEach(() => {
  vi.stubGlobal('location', { origin })
  vi.stubGlobal('document', { cookie: '' })
})
afterEach(() => vi.unstubAllGlobals())

type Answer = { status?: number; body?: object }
let apps = 0

const open = (app = `app${++apps}`) => {
  const sent: { path: string; authorization: string | null }[] = []
  const answers: Record<string, Answer> = {}
  const send = async (request: Request) => {
    const { pathname } = new URL(request.url)
    sent.push({ path: pathname, authorization: request.headers.get('Authorization') })
    const { status = 200, body = {} } = answers[pathname] ?? {}
    return status === 204 ? new Response(null, { status }) : Response.json(body, { status })
  }
  const tokenFetch = createTokenFetch({ app, authPath: '/api/auth', csrfCookie: 'vigile_csrf', send })
  const get = (path: string, init?: RequestInit) => tokenFetch(new Request(new URL(path, origin), init))
  const post = (path: string) => get(path, { method: 'POST' })
  const carried = async (path = '/api/products') => {
    await get(path)
    return sent.at(-1)?.authorization
  }
  return { app, sent, answers, get, post, carried }
}

test('COOK-1 the token of an answer is sent from then on, to this origin alone, and never in place of the refresh cookie', async () => {
  const { answers, get, post, carried, sent } = open()
  const token = tokenOf('ada')
  answers['/api/auth/login'] = { body: { accessToken: token } }
  await post('/api/auth/login')
  expect(await carried()).toBe(`Bearer ${token}`)
  expect(await carried('/api/auth/me')).toBe(`Bearer ${token}`)
  expect(await carried('https://elsewhere.test/api/products')).toBeNull()
  for (const path of ['refresh', 'ack', 'logout', 'logout-all', 'sessions/abc', 'csrf']) {
    await get(`/api/auth/${path}`, { method: path === 'csrf' ? 'GET' : 'POST' })
    expect([path, sent.at(-1)?.authorization]).toEqual([path, null])
    answers['/api/auth/refresh'] = { body: { accessToken: token } }
    await post('/api/auth/refresh')
  }
  await get('/api/products', { headers: { Authorization: 'Basic abc' } })
  expect(sent.at(-1)?.authorization).toBe('Basic abc')
})

test('COOK-1 a new one takes its place; a sign-out, or the end of the session, takes it away; a fault does not', async () => {
  const { answers, post, carried } = open()
  answers['/api/auth/refresh'] = { body: { accessToken: tokenOf('one') } }
  await post('/api/auth/refresh')
  answers['/api/auth/refresh'] = { body: { accessToken: tokenOf('two') } }
  await post('/api/auth/refresh')
  expect(await carried()).toBe(`Bearer ${tokenOf('two')}`)
  for (const answer of [
    { status: 503, body: { code: 'unavailable' } },
    { status: 401, body: { code: 'proof_required' } },
  ]) {
    answers['/api/auth/refresh'] = answer
    await post('/api/auth/refresh')
    expect(await carried()).toBe(`Bearer ${tokenOf('two')}`)
  }
  answers['/api/auth/refresh'] = { status: 401, body: { code: 'session_ended' } }
  await post('/api/auth/refresh')
  expect(await carried()).toBeNull()
  answers['/api/auth/refresh'] = { body: { accessToken: tokenOf('three') } }
  await post('/api/auth/refresh')
  answers['/api/auth/logout'] = { status: 204 }
  await post('/api/auth/logout')
  expect(await carried()).toBeNull()
})

test('CLI-3 other tabs get it, and lose it, by word of mouth: nothing is stored', async () => {
  const one = open()
  const two = open(one.app)
  one.answers['/api/auth/refresh'] = { body: { accessToken: tokenOf('shared') } }
  await one.post('/api/auth/refresh')
  await expect.poll(() => two.carried()).toBe(`Bearer ${tokenOf('shared')}`)
  two.answers['/api/auth/logout'] = { status: 204 }
  await two.post('/api/auth/logout')
  await expect.poll(() => one.carried()).toBeNull()
})

test('CLI-1 a page that has just been opened asks for a token first, once, and only where a session’s cookies are', async () => {
  const stranger = open()
  expect((await stranger.get('/api/products')).status).toBe(200)
  vi.stubGlobal('document', { cookie: 'a=b; __Host-vigile_csrf=t' })
  const { get, sent } = open()
  const first = await get('/api/products')
  expect([first.status, (await first.json()).code, sent]).toEqual([401, 'unauthenticated', []])
  expect((await get('/api/products')).status).toBe(200)
})

test('S-79 a token that is bound goes as DPoP with a proof of it, for reads too', async () => {
  const keys = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
  ])) as CryptoKeyPair
  const token = tokenOf('bound', { cnf: { jkt: 'thumbprint' } })
  const sent: Request[] = []
  const send = async (request: Request) => {
    sent.push(request)
    return Response.json({ accessToken: token })
  }
  const bound = createBoundFetch('vigile', '/api/auth', { send, key: async () => keys })
  const tokenFetch = createTokenFetch({ app: 'bound', authPath: '/api/auth', csrfCookie: 'x', send: bound })
  await tokenFetch(new Request(`${origin}/api/auth/refresh`, { method: 'POST' }))
  await tokenFetch(new Request(`${origin}/api/products`))
  const { headers } = sent.at(-1)!
  expect(headers.get('Authorization')).toBe(`DPoP ${token}`)
  const proof = JSON.parse(Buffer.from(`${headers.get('DPoP')?.split('.')[1]}`, 'base64url').toString())
  const hash = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(token))).toString('base64url')
  expect(proof).toMatchObject({ htm: 'GET', htu: `${origin}/api/products`, ath: hash })
})

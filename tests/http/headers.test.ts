// The headers of every kind of answer. `documented.ts` holds each reply of the other tests against the same list.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site } from '../support/site.ts'
import { goodPassword, type Reply, type Visitor } from '../support/visitor.ts'
import { expectSafeHeaders } from './documented.ts'

let site: Site
let visitor: Visitor
beforeAll(async () => {
  site = await openSite('embedded', {
    publicUrl: 'https://shop.example.com',
    production: true,
    accounts: { verifyEmail: false },
  })
  visitor = site.visitor()
  await visitor.signUp('ada@example.com')
})
afterAll(() => site?.close())

const answers: Record<string, (visitor: Visitor) => Promise<Reply>> = {
  '200 with tokens': (one) => one.signIn('ada@example.com'),
  '200 JSON': (one) => one.me(),
  '200 HTML': (one) => one.get('/api/auth/continue?returnTo=/'),
  '200 to HEAD': (one) => one.send('HEAD', '/api/auth/me'),
  '200 health': (one) => one.get('/health/live'),
  '200 key set': (one) => one.get('/.well-known/jwks.json'),
  '200 document': (one) => one.get('/openapi.json'),
  '204 ack': (one) => one.ack(),
  '204 preflight': (one) => one.send('OPTIONS', '/api/auth/login', { origin: 'https://evil.example' }),
  '400': (one) => one.post('/api/auth/login', { email: 1 }),
  '401': (one) => one.get('/api/auth/me', { cookie: null }),
  '403': (one) => one.post('/api/auth/login', {}, { origin: 'https://evil.example' }),
  '404': (one) => one.get('/api/auth/nowhere'),
  '404 to HEAD': (one) => one.send('HEAD', '/nowhere'),
  '405': (one) => one.send('PUT', '/api/auth/login'),
  '409': (one) => one.signUp('ada@example.com'),
  '413': (one) => one.post('/api/auth/login', { email: 'a'.repeat(70_000) }),
  '415': (one) => one.post('/api/auth/login', {}, { raw: 'a=b', headers: { 'content-type': 'text/plain' } }),
  '429': async (one) => {
    for (let count = 0; count < 20; count += 1) await one.post('/api/auth/logout', {}, { cookie: null })
    return one.post('/api/auth/logout', {}, { cookie: null })
  },
}

describe('HDR-1 S-49 S-50 S-51 S-52 H-8', () => {
  test.each(Object.entries(answers))('%s', async (name, ask) => {
    const reply = await ask(visitor)
    expect(reply.status).toBe(Number(name.slice(0, 3)))
    expectSafeHeaders(new Response(null, { headers: reply.headers }), true)
    expect(reply.headers.get('cache-control')).toBe(name === '200 key set' ? 'public, max-age=300' : 'no-store')
    const vary = reply.headers.get('vary')?.split(', ')
    expect(vary).toEqual(expect.arrayContaining(['Origin', 'Accept-Language', 'Cookie', 'Authorization']))
    if (reply.text === '') expect(reply.headers.get('content-length') ?? '0').toBe('0')
    else
      expect(reply.headers.get('content-type')).toMatch(/^(application\/(problem\+)?json|text\/html); charset=utf-8$/)
  })

  test('H-8 what a shared cache may keep is the key set alone, and it says nothing of the reader', async () => {
    const bare = site.visitor()
    const [of, ofOther] = [await visitor.get('/.well-known/jwks.json'), await bare.get('/.well-known/jwks.json')]
    expect(of.text).toBe(ofOther.text)
    expect(of.setCookies).toEqual([])
    for (const key of of.body.keys) expect(Object.keys(key)).not.toContain('d')
  })

  test('the id of a request is a new one each time, and the log’s', async () => {
    const ids = [await visitor.me(), await visitor.me()].map(({ headers }) => headers.get('x-request-id'))
    expect(ids[0]).not.toBe(ids[1])
    for (const id of ids) expect(site.log.filter(({ fields }) => fields.requestId === id)).toHaveLength(1)
  })

  test('S-49 over plain http there is no HSTS, which browsers would ignore', async () => {
    const plain = await openSite('embedded')
    const reply = await plain.visitor().get('/health/live')
    expectSafeHeaders(new Response(null, { headers: reply.headers }), false)
    await plain.close()
  })

  test('S-88 a 401 names a scheme that opens no dialogue', async () => {
    const reply = await visitor.get('/api/auth/me', { cookie: null })
    expect(reply.headers.get('www-authenticate')).toBe('Bearer realm="vigile"')
    expect((await visitor.signIn('ada@example.com', `${goodPassword}x`)).headers.get('www-authenticate')).toMatch(
      /^Bearer /,
    )
  })
})

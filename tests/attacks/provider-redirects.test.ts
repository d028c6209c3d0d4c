// Attacks on where a sign-in with a provider leads: open redirects, and pages that read its answers.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dump } from '../http/dump.ts'
import { exchange, landing, openProviderSite, type ProviderSite, toCallback } from '../oauth/provider-site.ts'
import { callbackPath, stranger } from '../oauth/refusals.ts'

const own = 'http://shop.example.com'
const app = 'http://app.example.com'
let site: ProviderSite
beforeAll(async () => {
  site = await openProviderSite('embedded', { allowedOrigins: [app], publicUrl: own })
})
afterAll(() => site?.close())

describe('OAU-5 S-55 S-57 open redirects', () => {
  const start = (returnTo: string, visitor = site.visitor()) =>
    visitor.get(`/api/auth/oauth/discord?returnTo=${encodeURIComponent(returnTo)}`)

  test.each([
    '//evil.example',
    '/\\evil.example',
    '\\/evil.example',
    'https://evil.example',
    'https:evil.example',
    '/%2f/../..//evil.example',
    '/..//evil.example',
    '/\t/evil.example',
    ' //evil.example',
    `${own}@evil.example`,
    `${own}.evil.example`,
    `${own}:8080/`,
    'http://localhost:3000/',
    `${app}.evil.example/`,
    `${app}//evil.example`,
    `${app}@evil.example`,
    'javascript:alert(1)',
    'data:text/html,hello',
  ])('%j', async (returnTo) => {
    const before = (await dump(site)).oauth_states?.length
    const reply = await start(returnTo)
    expect([reply.status, reply.body.code]).toEqual([400, 'validation_failed'])
    expect(reply.headers.get('location')).toBeNull()
    expect((await dump(site)).oauth_states?.length).toBe(before)
  })

  test('two places to go to are none', async () => {
    const reply = await site.visitor().get('/api/auth/oauth/discord?returnTo=/&returnTo=//evil.example')
    expect(reply.status).toBe(400)
  })

  test('a listed origin gets the handle, and no other place than its callback page', async () => {
    const visitor = site.visitor()
    const path = await toCallback(visitor, 'discord', {
      ...stranger(site),
      query: `?returnTo=${encodeURIComponent(`${app}/a?b=1`)}`,
    })
    const there = landing(await visitor.get(`${path}&returnTo=//evil.example`))
    expect([there.origin, there.pathname]).toEqual([app, '/auth/callback'])
    const reply = await exchange(visitor, there.searchParams.get('session'))
    expect(reply.body.returnTo).toBe('/a?b=1')
  })

  test('S-57 the address to come back to is ours, whatever the request says of its host', async () => {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
    const reply = await site.visitor().get('/api/auth/oauth/discord?redirect_uri=https://evil.example', { headers })
    expect(reply.status).toBe(400)
    const right = await site.visitor().get('/api/auth/oauth/discord', { headers })
    const asked = new URL(right.headers.get('location') ?? '').searchParams
    expect(asked.get('redirect_uri')).toBe(`${own}${callbackPath}`)
  })
})

describe('S-65 no page of another origin can read an answer of the start or the callback', () => {
  test.each(['/api/auth/oauth/discord', callbackPath, '/api/auth/oauth/nobody'])('%s', async (path) => {
    for (const method of ['GET', 'OPTIONS', 'POST']) {
      for (const origin of [app, 'https://evil.example', 'null']) {
        const headers = { origin, 'access-control-request-method': 'GET' }
        const reply = await site.visitor().send(method, path, { origin: null, csrf: null, headers })
        const cors = [...reply.headers.keys()].filter((name) => name.startsWith('access-control-'))
        expect([method, origin, cors]).toEqual([method, origin, []])
      }
    }
  })

  test('the exchange is for listed origins, as every other call', async () => {
    const reply = await site.visitor().post('/api/auth/exchange-session', {}, { origin: app })
    expect(reply.headers.get('access-control-allow-origin')).toBe(app)
  })
})

// Attacks on sign-in with a provider: states and handles that were taken, changed, planted or used again, and redirects elsewhere.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dump } from '../http/dump.ts'
import {
  exchange,
  handleIn,
  landing,
  openProviderSite,
  type ProviderSite,
  signInWith,
  toCallback,
  toHandle,
} from '../oauth/provider-site.ts'
import type { Reply, Visitor } from '../support/visitor.ts'

const minute = 60_000
const own = 'http://shop.example.com'
const app = 'http://app.example.com'

let site: ProviderSite
let people = 0
beforeAll(async () => {
  site = await openProviderSite('embedded', { allowedOrigins: [app], publicUrl: own })
})
afterAll(() => site?.close())

/** Somebody at Discord whom this site does not know. */
const stranger = (): { readonly account: string } => {
  people += 1
  const account = `stranger${people}`
  site.discord.people.set(account, {
    id: String(1000 + people),
    username: account,
    email: `${account}@example.com`,
    verified: true,
  })
  return { account }
}

/** What a sign-in makes. */
const made = async () => {
  const { users = [], sessions = [], identities = [], oauth_handles: handles = [] } = await dump(site)
  return { users: users.length, sessions: sessions.length, identities: identities.length, handles: handles.length }
}
const lastFailure = async () => {
  const entries = ((await dump(site)).audit_entries ?? []).filter(({ action }) => action === 'session:sign-in:failed')
  const last = entries.toSorted((one, other) => Number(one.at) - Number(other.at)).at(-1)
  return { ...JSON.parse(String(last?.details ?? '{}')), requestId: last?.request_id }
}

/** Refused, said in words, on record under the request's id, and nothing was made. */
const expectRefused = async (ask: () => Promise<Reply>, reason: string) => {
  const before = await made()
  const reply = await ask()
  expect([reply.status, reply.body?.code]).toEqual([410, 'sign_in_expired'])
  expect(reply.setCookies).toEqual([])
  expect(reply.headers.get('location')).toBeNull()
  expect(await made()).toEqual(before)
  const requestId = reply.headers.get('x-request-id')
  expect(await lastFailure()).toMatchObject({ by: 'oauth', reason, requestId })
}

const withState = (path: string, state: string | null): string => {
  const url = new URL(path, site.publicUrl)
  if (state === null) url.searchParams.delete('state')
  else url.searchParams.set('state', state)
  return `${url.pathname}${url.search}`
}
const stateIn = (path: string) => new URL(path, site.publicUrl).searchParams.get('state') ?? ''
const cookiesOf = (visitor: Visitor, path: string): string =>
  visitor.jar
    .for(path)
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
const callbackPath = '/api/auth/oauth/discord/callback'

describe('OAU-2 OAU-4 H-5 a state that is not this browser’s own, of this flow', () => {
  let visitor: Visitor
  let path: string
  beforeEach(async () => {
    visitor = site.visitor()
    path = await toCallback(visitor, 'discord', stranger())
  })
  /** What was tried used nothing up: whoever began still gets there. */
  const expectStillGood = async () =>
    expect((await exchange(visitor, handleIn(await visitor.get(path)))).status).toBe(200)

  test.each([
    ['missing', null],
    ['empty', ''],
    ['of another form', '../../x'],
    ['twice as long', 'A'.repeat(86)],
  ])('it is %s', async (_, state) => {
    await expectRefused(() => visitor.get(withState(path, state)), 'malformed')
    await expectStillGood()
  })

  test('it comes twice in one address', async () => {
    await expectRefused(() => visitor.get(`${path}&state=${'A'.repeat(43)}`), 'malformed')
    await expectStillGood()
  })

  test('it is changed by one letter', async () => {
    const state = stateIn(path)
    const changed = `${state.startsWith('A') ? 'B' : 'A'}${state.slice(1)}`
    await expectRefused(() => visitor.get(withState(path, changed)), 'unknown')
    await expectStillGood()
  })

  test('it is used twice', async () => {
    const cookie = cookiesOf(visitor, callbackPath)
    landing(await visitor.get(path))
    await expectRefused(() => visitor.get(path), 'used')
    await expectRefused(() => visitor.get(path, { cookie }), 'used')
  })

  test('it is eleven minutes old', async () => {
    const cookie = cookiesOf(visitor, callbackPath)
    site.move(11 * minute)
    await expectRefused(() => visitor.get(path, { cookie }), 'expired')
  })

  test('a copy of the address is opened in another browser, which has flows of its own', async () => {
    const other = site.visitor()
    await other.get('/api/auth/oauth/discord')
    await expectRefused(() => other.get(path), 'other_browser')
    await expectStillGood()
  })

  test('it comes back to the callback of another provider', async () => {
    const elsewhere = path.replace('/discord/', '/campus/')
    await expectRefused(() => visitor.get(elsewhere), 'other_provider')
    await expectStillGood()
  })

  test('the cookie of one flow is renamed to fit another', async () => {
    const other = site.visitor()
    const theirs = await toCallback(other, 'discord', stranger())
    const [own] = other.jar.for(callbackPath)
    const [name] = visitor.jar.for(callbackPath).map((one) => one.name)
    await expectRefused(() => other.get(path, { cookie: `${name}=${own?.value}` }), 'other_browser')
    expect(handleIn(await other.get(theirs))).not.toBe('')
    await expectStillGood()
  })

  test('CSRF-2 login CSRF: a victim’s browser opens the attacker’s callback address', async () => {
    const victim = site.visitor()
    await victim.signUp(`victim${people}@example.com`)
    const before = victim.cookie('refresh')
    await expectRefused(() => victim.get(path), 'other_browser')
    expect(victim.cookie('refresh')).toBe(before)
    await expectStillGood()
  })

  test('forty planted cookies of flows neither hide the browser’s own nor let anybody in', async () => {
    const own = cookiesOf(visitor, callbackPath)
    const [name = ''] = visitor.jar.for(callbackPath).map((one) => one.name)
    const junk = Array.from(
      { length: 40 },
      (_, n) => `vigile_oauth_${n.toString(16).padStart(8, '0')}=${'A'.repeat(43)}`,
    )
    const sameName = Array.from({ length: 5 }, (_, n) => `${name}=${String(n).repeat(43)}`)
    await expectRefused(() => visitor.get(path, { cookie: [...junk, ...sameName].join('; ') }), 'other_browser')
    const cookie = [...junk, ...sameName, own].join('; ')
    expect(handleIn(await visitor.get(path, { cookie }))).toMatch(/^[0-9a-f]{64}$/)
  })
})

test('OAU-2 a start that brings more flows than a browser has clears the oldest, a few at a time', async () => {
  const nameOf = (n: number) => `vigile_oauth_${n.toString(16).padStart(8, '0')}`
  const cookie = Array.from({ length: 40 }, (_, n) => `${nameOf(n)}=${'A'.repeat(43)}`).join('; ')
  const { setCookies } = await site.visitor().get('/api/auth/oauth/discord', { cookie })
  const cleared = setCookies.filter((line) => line.includes('Max-Age=0'))
  expect(cleared.map((line) => line.split('=')[0])).toEqual(Array.from({ length: 16 }, (_, n) => nameOf(n)))
  expect(setCookies).toHaveLength(17)
})

describe('OAU-3 OAU-4 S-58 a handle that is not this browser’s own', () => {
  let visitor: Visitor
  let handle: string
  beforeEach(async () => {
    visitor = site.visitor()
    handle = await toHandle(visitor, 'discord', stranger())
  })
  const expectStillGood = async () => expect((await exchange(visitor, handle)).status).toBe(200)

  test.each([
    ['missing', () => undefined],
    ['empty', () => ''],
    ['too short', () => 'a'.repeat(63)],
    ['too long', () => 'a'.repeat(65)],
    ['in capitals', () => 'A'.repeat(64)],
    ['a number', () => 1],
    ['a list', () => ['a'.repeat(64)]],
  ])('it is %s', async (_, sent) => {
    const before = await made()
    const reply = await exchange(visitor, sent())
    expect([reply.status, reply.body.code, reply.body.errors[0].path]).toEqual([400, 'validation_failed', 'sessionId'])
    expect(await made()).toEqual(before)
    const requestId = reply.headers.get('x-request-id')
    expect(await lastFailure()).toMatchObject({ by: 'oauth', reason: 'malformed', requestId })
    await expectStillGood()
  })

  test('nobody knows it', () => expectRefused(() => exchange(visitor, 'a'.repeat(64)), 'unknown'))

  test('it is used twice', async () => {
    const cookie = cookiesOf(visitor, '/api/auth/exchange-session')
    await expectStillGood()
    await expectRefused(() => exchange(visitor, handle), 'used')
    const body = { sessionId: handle }
    await expectRefused(() => visitor.post('/api/auth/exchange-session', body, { cookie }), 'used')
  })

  test('it is more than five minutes old', async () => {
    const cookie = cookiesOf(visitor, '/api/auth/exchange-session')
    site.move(5 * minute + 1_000)
    const body = { sessionId: handle }
    await expectRefused(() => visitor.post('/api/auth/exchange-session', body, { cookie }), 'expired')
  })

  test('it was read from the address, and is posted in another browser', async () => {
    const thief = site.visitor()
    await toHandle(thief, 'discord', stranger())
    await expectRefused(() => exchange(thief, handle), 'other_browser')
    await expectStillGood()
  })

  test('CSRF-2 login CSRF: a victim’s browser posts the attacker’s handle', async () => {
    const victim = site.visitor()
    await expectRefused(() => exchange(victim, handle), 'other_browser')
    expect((await victim.me()).status).toBe(401)
    await expectStillGood()
  })

  test('CSRF-2 another site’s page posts it from the browser that began', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const reply = await visitor.post('/api/auth/exchange-session', { sessionId: handle }, { origin: null, headers })
      expect([reply.status, reply.body.code]).toEqual([403, 'origin_refused'])
    }
    await expectStillGood()
  })

  test('OAU-2 the cookie of the way there is no cookie of the way back', async () => {
    const [own] = visitor.jar.all().filter(({ name }) => name.startsWith('vigile_exchange_'))
    const cookie = `${own?.name.replace('exchange', 'oauth')}=${own?.value}`
    const body = { sessionId: handle }
    await expectRefused(() => visitor.post('/api/auth/exchange-session', body, { cookie }), 'other_browser')
    await expectStillGood()
  })

  test('LIM-1 handles are tried ten times a minute by one address', async () => {
    const guesser = site.visitor()
    const statuses: number[] = []
    for (let n = 0; n < 12; n += 1) statuses.push((await exchange(guesser, String(n).padStart(64, 'a'))).status)
    expect(statuses).toEqual([...Array(10).fill(410), 429, 429])
  })
})

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
      ...stranger(),
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

describe('OAU-2 S-66 H-5 another provider, or somebody between, answers', () => {
  const back = async (change: (answer: URLSearchParams) => void, provider: 'discord' | 'campus' = 'discord') => {
    const visitor = site.visitor()
    const url = new URL(await toCallback(visitor, provider, provider === 'discord' ? stranger() : {}), site.publicUrl)
    change(url.searchParams)
    const asked = { discord: site.discord, campus: site.campus }[provider]
    asked.forget()
    const before = await made()
    const there = landing(await visitor.get(`${url.pathname}${url.search}`))
    expect(await made()).toEqual(before)
    return {
      said: Object.fromEntries(there.searchParams),
      origin: there.origin,
      exchanged: asked.asked('token').length,
    }
  }
  const refused = (provider: string) => ({ error: 'provider_refused', provider })

  test('S-66 `iss` of another provider: the code is sent to nobody', async () => {
    const { said, exchanged } = await back((answer) => answer.set('iss', site.campus.issuer))
    expect([said, exchanged]).toEqual([refused('discord'), 0])
    expect(await lastFailure()).toMatchObject({ provider: 'discord', reason: 'provider_refused' })
  })

  test('S-66 `iss` is missing where the provider says that it sends it', async () => {
    const { said, exchanged } = await back((answer) => answer.delete('iss'), 'campus')
    expect([said, exchanged]).toEqual([refused('campus'), 0])
  })

  test('a code of somebody else’s flow is put into one’s own: PKCE', async () => {
    const url = new URL(await toCallback(site.visitor(), 'discord', stranger()), site.publicUrl)
    const theirs = url.searchParams.get('code') ?? ''
    const { said, exchanged } = await back((answer) => answer.set('code', theirs))
    expect([said, exchanged]).toEqual([refused('discord'), 1])
  })

  test('a code that is none, or is missing', async () => {
    for (const code of ['', 'x'.repeat(4000)])
      expect((await back((answer) => answer.set('code', code))).said).toEqual(refused('discord'))
    expect((await back((answer) => answer.delete('code'))).said).toEqual(refused('discord'))
  })

  test('tokens in the address are not looked at', async () => {
    const { said, exchanged } = await back((answer) => {
      answer.set('id_token', 'x.y.z')
      answer.set('access_token', 'x')
    }, 'campus')
    expect([said, exchanged]).toEqual([refused('campus'), 0])
  })

  test('whatever the provider writes as an error, the front end hears one of ours', async () => {
    const told = async (error: string) =>
      (await back((answer) => [answer.delete('code'), answer.set('error', error)])).said.error
    expect(await told('access_denied')).toBe('cancelled')
    expect(await told('temporarily_unavailable')).toBe('provider_unavailable')
    expect(await told('<script>alert(1)</script>')).toBe('provider_refused')
    expect(JSON.stringify(site.log)).not.toContain('<script>')
  })
})

describe('OAU-2 ID tokens that somebody made up', () => {
  const now = () => Math.floor(Date.now() / 1000)
  const forged = async (forge: NonNullable<ProviderSite['campus']['forge']>) => {
    const visitor = site.visitor()
    site.campus.forge = forge
    try {
      const before = await made()
      const there = landing(await visitor.get(await toCallback(visitor, 'campus')))
      expect(await made()).toEqual(before)
      return Object.fromEntries(there.searchParams)
    } finally {
      site.campus.forge = null
    }
  }
  const refused = { error: 'provider_refused', provider: 'campus' }

  test('the nonce of another flow, or none', async () => {
    const { signed } = await import('../providers/signing-key.ts')
    expect(await forged((_, claims, key) => signed({ ...claims, nonce: 'A'.repeat(43) }, key))).toEqual(refused)
    expect(await forged((_, { nonce: __, ...claims }, key) => signed(claims, key))).toEqual(refused)
  })

  test('for another client, of another provider, expired', async () => {
    const { signed } = await import('../providers/signing-key.ts')
    for (const change of [
      { aud: 'another' },
      { iss: 'https://evil.example' },
      { exp: now() - 120 },
      { sub: undefined },
    ])
      expect(await forged((_, claims, key) => signed({ ...claims, ...change }, key))).toEqual(refused)
  })

  test('signed by nobody, by another key, or with the public key as a secret', async () => {
    const { createSigningKey, signed, signedWithText, unsigned } = await import('../providers/signing-key.ts')
    const another = await createSigningKey()
    expect(await forged((_, claims) => unsigned(claims))).toEqual(refused)
    expect(await forged((_, claims, key) => signed(claims, { ...another, kid: key.kid }))).toEqual(refused)
    expect(await forged((_, claims, key) => signedWithText(claims, JSON.stringify(key.jwk)))).toEqual(refused)
    expect((await signInWith(site.visitor(), 'campus')).status).toBe(200)
  })

  test('a provider that has changed its keys is believed with the new ones at once', async () => {
    expect((await signInWith(site.visitor(), 'campus')).status).toBe(200)
    await site.campus.rotateKeys()
    expect((await signInWith(site.visitor(), 'campus')).status).toBe(200)
  })
})

describe('RES-1 a code is exchanged once, whatever comes of it', () => {
  test.each([[503], ['cut'], ['broken'], ['huge'], [{ status: 429, headers: { 'retry-after': '0' } }]] as const)(
    'the provider answers %j',
    async (fault) => {
      const visitor = site.visitor()
      const path = await toCallback(visitor, 'discord', stranger())
      site.discord.forget()
      site.discord.next('token', fault)
      const there = landing(await visitor.get(path))
      expect(there.searchParams.get('error')).toMatch(/^provider_(unavailable|refused)$/)
      if (fault === 503) expect(there.searchParams.get('error')).toBe('provider_unavailable')
      expect(site.discord.asked('token')).toHaveLength(1)
      site.discord.mend()
      // The flow is over: to come back with the same address sends nothing.
      expect((await visitor.get(path)).status).toBe(410)
      expect(site.discord.asked('token')).toHaveLength(1)
    },
  )
})

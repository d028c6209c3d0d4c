// The limits as clients meet them: each default, its fields, its sentences.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storeKinds } from '../support/site.ts'
import { goodPassword, type Reply, type Visitor } from '../support/visitor.ts'
import { type DocumentedSite, openDocumentedSite } from './documented.ts'

const minute = 60_000
const wrongPassword = 'no-quiet-harbour-at-all-41'
const newPassword = 'another-quiet-lantern-43'

/** LIM-3, S-89: what the fields, the problem and the header say is one thing. */
const expectLimited = (reply: Reply, rule: string, limit: number, windowSeconds: number) => {
  expect(reply.status).toBe(429)
  expect(reply.headers.get('ratelimit-policy')).toBe(`"${rule}";q=${limit};w=${windowSeconds}`)
  const wait = Number(reply.headers.get('retry-after'))
  expect(reply.headers.get('ratelimit')).toBe(`"${rule}";r=0;t=${wait}`)
  expect(wait).toBeGreaterThan(0)
  expect(wait).toBeLessThanOrEqual(windowSeconds)
  expect(reply.body).toMatchObject({ code: 'rate_limited', status: 429, retryAfterSeconds: wait })
  expect(reply.setCookies).toEqual([])
}
const repeat = async (times: number, ask: (index: number) => Promise<Reply>): Promise<readonly number[]> => {
  const statuses: number[] = []
  for (let index = 0; index < times; index += 1) statuses.push((await ask(index)).status)
  return [...new Set(statuses)]
}

let addresses = 0
const freshAddress = () => {
  addresses += 1
  return `192.0.2.${addresses}`
}

describe.each(storeKinds)('on %s', (kind) => {
  let site: DocumentedSite
  let people = 0
  const someone = async (address = freshAddress()) => {
    const visitor = site.visitor(address)
    people += 1
    const email = `person${people}@example.com`
    // Signed up elsewhere, so that this address has used up nothing.
    const elsewhere = site.visitor(freshAddress())
    expect((await elsewhere.signUp(email)).status).toBe(201)
    visitor.jar.restore(elsewhere.jar.snapshot())
    return { visitor, email }
  }
  const guess = (visitor: Visitor, index: number, headers: Record<string, string> = {}) => {
    const email = `nobody${index}@from-${visitor.address.replaceAll('.', '-')}.example.com`
    return visitor.post('/api/auth/login', { email, password: wrongPassword }, { headers })
  }

  beforeAll(async () => {
    site = await openDocumentedSite(kind)
  })
  afterAll(() => site?.close())

  test('LIM-1 LIM-3 S-89 sign-in: 10 failed in 15 minutes by address, in the reader’s language', async () => {
    const visitor = site.visitor(freshAddress())
    expect(await repeat(10, (index) => guess(visitor, index))).toEqual([401])
    const french = await guess(visitor, 11, { 'accept-language': 'fr-FR' })
    expectLimited(french, 'signInIp', 10, 900)
    expect(french.headers.get('content-language')).toBe('fr')
    expect(french.body.detail).toBe('Trop de tentatives de connexion. Réessayez dans 15 minutes.')
    expect((await guess(visitor, 12)).body.detail).toBe('Too many sign-in attempts. Try again in 15 minutes.')
    // Whatever the email, the right password too: nobody learns anything more from this address.
    const { email } = await someone()
    expectLimited(await visitor.signIn(email), 'signInIp', 10, 900)
    expect((await guess(site.visitor(freshAddress()), 1)).status).toBe(401)
  })

  test('LIM-3 an answer within the limit says what is left', async () => {
    const visitor = site.visitor(freshAddress())
    const [first, second] = [await guess(visitor, 1), await guess(visitor, 2)]
    expect(first.headers.get('ratelimit-policy')).toMatch(/^"signIn(Ip|Account)";q=10;w=900$/)
    expect(first.headers.get('ratelimit')).toMatch(/^"signIn(Ip|Account)";r=9;t=900$/)
    expect(second.headers.get('ratelimit-policy')).toBe('"signInIp";q=10;w=900')
    expect(second.headers.get('ratelimit')).toMatch(/^"signInIp";r=8;t=(900|899)$/)
    expect(first.headers.get('retry-after')).toBeNull()
  })

  test('LIM-1 sign-in: successes count nothing, so an office signs in as often as it likes', async () => {
    const { email } = await someone()
    const office = freshAddress()
    expect(await repeat(12, () => site.visitor(office).signIn(email))).toEqual([200])
  })

  test('LIM-1 sign-in: 10 failed in 15 minutes by account, whatever the address', async () => {
    const { email } = await someone()
    const attempt = () => site.visitor(freshAddress()).signIn(email, wrongPassword)
    expect(await repeat(10, attempt)).toEqual([401])
    expectLimited(await attempt(), 'signInAccount', 10, 900)
    const unknown = () => site.visitor(freshAddress()).signIn('never-seen@example.com', wrongPassword)
    expect(await repeat(10, unknown)).toEqual([401])
    expectLimited(await unknown(), 'signInAccount', 10, 900)
  })

  test('LIM-1 LIM-3 sign-up: 10 in 15 minutes by address, counting all; the general sentence', async () => {
    const visitor = site.visitor(freshAddress())
    const { email } = await someone()
    const statuses = [
      ...(await repeat(4, (index) => site.visitor(visitor.address).signUp(`new${people}-${index}@example.com`))),
      ...(await repeat(3, () => visitor.signUp(email))),
      ...(await repeat(3, () => visitor.signUp(`weak${people}@example.com`, 'short'))),
    ]
    expect(statuses).toEqual([201, 409, 400])
    const body = { email: `late${people}@example.com`, password: goodPassword }
    const refused = await visitor.post('/api/auth/register', body, { headers: { 'accept-language': 'fr' } })
    expectLimited(refused, 'signUpIp', 10, 900)
    expect(refused.body.detail).toBe('Trop de tentatives. Réessayez dans 15 minutes.')
  })

  test('LIM-1 refresh: 60 a minute for a session’s token, acks apart, others beside it untouched', async () => {
    const office = freshAddress()
    const { visitor } = await someone(office)
    const { visitor: colleague } = await someone(office)
    expect(await repeat(60, () => visitor.refresh())).toEqual([200])
    expectLimited(await visitor.refresh(), 'refreshToken', 60, 60)
    expect(await repeat(60, () => visitor.ack())).toEqual([204])
    expectLimited(await visitor.ack(), 'ackToken', 60, 60)
    expect((await colleague.refresh()).status).toBe(200)
    expect((await visitor.me()).status).toBe(200)
  })

  test('LIM-1 refresh: who holds a dead token can’t spend the owner’s allowance', async () => {
    const { visitor } = await someone()
    await visitor.ack()
    const stolen = visitor.jar.snapshot()
    if (kind !== 'embedded') return
    for (let hours = 0; hours < 2; hours += 1) {
      site.move(61 * minute)
      expect((await visitor.refresh()).body.rotated).toBe(true)
      await visitor.ack()
    }
    const thief = site.visitor(visitor.address)
    thief.jar.restore(stolen)
    expect(await repeat(60, () => thief.refresh())).toEqual([409])
    expectLimited(await thief.refresh(), 'refreshToken', 60, 60)
    expect((await visitor.refresh()).status).toBe(200)
  })

  test('LIM-1 sign-out: 20 a minute; of a session, so that an office can go home', async () => {
    const visitor = site.visitor(freshAddress())
    expect(await repeat(20, () => visitor.post('/api/auth/logout', {}))).toEqual([204])
    expectLimited(await visitor.post('/api/auth/logout', {}), 'signOut', 20, 60)
    const { visitor: colleague } = await someone(visitor.address)
    expect((await colleague.post('/api/auth/logout', {})).status).toBe(204)
  })

  test('LIM-1 every other change: 100 a minute by session', async () => {
    const office = freshAddress()
    const { visitor } = await someone(office)
    const end = (one: Visitor) => one.send('DELETE', `/api/auth/sessions/${'A'.repeat(22)}`)
    expect(await repeat(100, () => end(visitor))).toEqual([404])
    expectLimited(await end(visitor), 'change', 100, 60)
    const { visitor: colleague } = await someone(office)
    expect((await end(colleague)).status).toBe(404)
  })

  test('LIM-1 a change of password: 10 wrong ones in 15 minutes', async () => {
    const { visitor } = await someone()
    const change = (currentPassword: string) =>
      visitor.post('/api/auth/password/change', { currentPassword, newPassword })
    expect(await repeat(10, () => change(wrongPassword))).toEqual([401])
    expectLimited(await change(goodPassword), 'passwordChange', 10, 900)
  })

  test('what the guards refuse is counted as well: 100 changes a minute by address', async () => {
    const stranger = site.visitor(freshAddress())
    expect(await repeat(50, () => stranger.refresh({}, { cookie: 'vigile_refresh=forged' }))).toEqual([401])
    expect(await repeat(30, () => stranger.ack({}, { cookie: null }))).toEqual([401])
    expect(await repeat(20, () => stranger.post('/api/auth/login', {}, { origin: 'https://evil.example' }))).toEqual([
      403,
    ])
    expectLimited(await stranger.refresh({}, { cookie: null }), 'change', 100, 60)
    // Who is signed in behind the same address does not notice.
    const { visitor } = await someone(stranger.address)
    expect((await visitor.refresh()).status).toBe(200)
    expect((await visitor.me()).status).toBe(200)
  })

  test('health checks, the key set and the document: none', async () => {
    const visitor = site.visitor(freshAddress())
    for (const path of [
      '/health/live',
      '/health/ready',
      '/api/auth/health',
      '/.well-known/jwks.json',
      '/openapi.json',
    ]) {
      const replies = await Promise.all(Array.from({ length: 30 }, () => visitor.get(path)))
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
      expect(replies[29]?.headers.get('ratelimit')).toBeNull()
    }
  })
})

describe('numbers that are large, and windows that pass', () => {
  let site: DocumentedSite
  beforeAll(async () => {
    site = await openDocumentedSite('embedded')
  })
  afterAll(() => site?.close())

  test('LIM-1 reads: 1,000 a minute by session, else by address', async () => {
    const visitor = site.visitor()
    await visitor.signUp('reader@example.com')
    expect(await repeat(500, () => visitor.me())).toEqual([200])
    expect(await repeat(500, () => visitor.get('/api/auth/sessions'))).toEqual([200])
    expectLimited(await visitor.me(), 'read', 1000, 60)
    const stranger = site.visitor(visitor.address)
    expect((await stranger.me()).headers.get('ratelimit')).toMatch(/^"read";r=999;/)
    site.move(minute + 1)
    expect((await visitor.me()).status).toBe(200)
  })

  test('LIM-1 refresh: 600 a minute by address', async () => {
    const office = '192.0.2.250'
    const colleagues = await Promise.all(
      Array.from({ length: 11 }, async (_, index) => {
        const visitor = site.visitor(`192.0.2.${200 + index}`)
        await visitor.signUp(`colleague${index}@example.com`)
        const here = site.visitor(office)
        here.jar.restore(visitor.jar.snapshot())
        return here
      }),
    )
    const [last, ...others] = colleagues as [Visitor, ...Visitor[]]
    for (const colleague of others) expect(await repeat(60, () => colleague.refresh())).toEqual([200])
    expectLimited(await last.refresh(), 'refreshIp', 600, 60)
    site.move(minute + 1)
    expect((await last.refresh()).status).toBe(200)
  })

  test('LIM-1 sign-in: 20 failed in an hour by address', async () => {
    const visitor = site.visitor()
    const guess = (index: number) => visitor.signIn(`nobody${index}@example.com`, wrongPassword)
    expect(await repeat(10, guess)).toEqual([401])
    expect((await guess(10)).status).toBe(429)
    site.move(15 * minute + 1)
    expect(await repeat(10, (index) => guess(20 + index))).toEqual([401])
    site.move(15 * minute + 1)
    const refused = await guess(40)
    expectLimited(refused, 'signInIpHour', 20, 3600)
    expect(refused.body.detail).toBe('Too many sign-in attempts. Try again in 30 minutes.')
    site.move(30 * minute)
    expect((await guess(41)).status).toBe(401)
  })
})

describe('LIM-1 each configurable', () => {
  const withRules = (rules: NonNullable<Parameters<typeof openDocumentedSite>[1]>['limits']) =>
    openDocumentedSite('embedded', { limits: rules ?? {} })

  test('the preset of D, by its prose: 20 sign-ins an hour of any outcome', async () => {
    const site = await withRules({ rules: { signInAny: { limit: 20, windowSeconds: 3600 } } })
    await site.visitor().signUp('ada@example.com')
    const address = '192.0.2.1'
    expect(await repeat(20, () => site.visitor(address).signIn('ada@example.com'))).toEqual([200])
    expectLimited(await site.visitor(address).signIn('ada@example.com'), 'signInAny', 20, 3600)
    await site.close()
  })

  test('what no office does and a machine would: bursts of sign-ins of any outcome', async () => {
    const site = await withRules({ rules: { signInBurst: { limit: 5, windowSeconds: 60 } } })
    await site.visitor().signUp('ada@example.com')
    const address = '192.0.2.1'
    expect(await repeat(5, () => site.visitor(address).signIn('ada@example.com'))).toEqual([200])
    expectLimited(await site.visitor(address).signIn('ada@example.com'), 'signInBurst', 5, 60)
    site.move(minute + 1)
    expect((await site.visitor(address).signIn('ada@example.com')).status).toBe(200)
    await site.close()
  })

  test('the preset of C: 3 sign-ups in 15 minutes by address, 5 an hour by email', async () => {
    const rules = { signUpIp: { limit: 3, windowSeconds: 900 }, signUpEmail: { limit: 5, windowSeconds: 3600 } }
    const site = await withRules({ rules })
    const address = '192.0.2.1'
    expect(await repeat(3, (index) => site.visitor(address).signUp(`a${index}@example.com`))).toEqual([201])
    expectLimited(await site.visitor(address).signUp('a4@example.com'), 'signUpIp', 3, 900)
    expect(await repeat(5, () => site.visitor().signUp('Ada@Example.com', 'short'))).toEqual([400])
    expectLimited(await site.visitor().signUp('ada@example.com'), 'signUpEmail', 5, 3600)
    await site.close()
  })

  test('the preset of B: 5 refreshes a minute by address', async () => {
    const site = await withRules({ rules: { refreshIp: { limit: 5, windowSeconds: 60 } } })
    const visitor = site.visitor()
    await visitor.signUp('ada@example.com')
    expect(await repeat(5, () => visitor.refresh())).toEqual([200])
    expectLimited(await visitor.refresh(), 'refreshIp', 5, 60)
    await site.close()
  })

  test('a rule that is off', async () => {
    const site = await withRules({ rules: { signUpIp: null, read: null } })
    const address = '192.0.2.1'
    expect(await repeat(12, (index) => site.visitor(address).signUp(`a${index}@example.com`))).toEqual([201])
    const reply = await site.visitor().me()
    expect([reply.status, reply.headers.get('ratelimit')]).toEqual([401, null])
    await site.close()
  })

  test('LIM-6 addresses that are never limited, and those beside them', async () => {
    const site = await withRules({ allow: ['192.0.2.0/25', '2001:db8::/48'] })
    await site.visitor().signUp('ada@example.com')
    for (const address of ['192.0.2.7', '2001:db8::7']) {
      const allowed = site.visitor(address)
      expect(await repeat(11, () => allowed.signIn('ada@example.com', wrongPassword))).toEqual([401])
      expect(await repeat(11, (index) => allowed.signUp(`${address.length}a${index}@example.com`))).toEqual([201])
      expect(await repeat(21, () => site.visitor(address).post('/api/auth/logout', {}))).toEqual([204])
      expect((await allowed.me()).headers.get('ratelimit')).toBeNull()
    }
    const beside = site.visitor('192.0.2.200')
    expect(await repeat(10, (index) => beside.signIn(`nobody${index}@example.com`, wrongPassword))).toEqual([401])
    expect((await beside.signIn('nobody@example.com', wrongPassword)).status).toBe(429)
    await site.close()
  })
})

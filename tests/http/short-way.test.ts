// The short way of a session check says what the long way says, or nothing.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import type { Visitor } from '../support/visitor.ts'

const path = '/api/auth/me'
const host = 'localhost:3000'

/** What may differ between two answers to one question. */
const changing = /^(x-request-id|ratelimit)$/

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind)
  })
  afterAll(() => site.close())

  const signedUp = async (email: string): Promise<Visitor> => {
    const visitor = site.visitor()
    await visitor.signUp(email)
    // Confirms the newest token, and loads what is held in memory.
    expect((await visitor.me()).status).toBe(200)
    return visitor
  }
  const cookiesOf = (visitor: Visitor) =>
    visitor.jar
      .for(path)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  const short = async (
    visitor: Visitor,
    headers: Record<string, string> = {},
    ask: { method?: string; url?: string } = {},
  ) =>
    site.vigile.shortWay(
      { method: 'GET', url: path, ...ask, headers: { host, cookie: cookiesOf(visitor), ...headers } },
      { address: visitor.address },
    )

  test('TOK-6 a live session gets the answer of the long way, header by header', async () => {
    const visitor = await signedUp('same@example.com')
    const plain = await short(visitor)
    const long = await visitor.me()
    const headersOf = (headers: Iterable<[string, string]>) =>
      [...headers]
        .map(([name, value]) => [name.toLowerCase(), value])
        .filter(([name = '']) => !changing.test(name))
        .toSorted()
    expect(plain?.status).toBe(long.status)
    expect(JSON.parse(plain?.body ?? '')).toEqual(long.body)
    expect(headersOf(Object.entries(plain?.headers ?? {}))).toEqual(headersOf(long.headers))
    expect(site.log.filter(({ message }) => message === 'request').at(-2)?.fields).toMatchObject({
      method: 'GET',
      path,
      status: 200,
      ip: visitor.address,
      requestId: plain?.headers['X-Request-Id'],
    })
  })

  test('LIM-1 it counts against the same limit', async () => {
    const visitor = await signedUp('counted@example.com')
    const remaining = (field: string | null | undefined) => Number(/r=(\d+)/.exec(field ?? '')?.[1])
    const first = remaining((await visitor.me()).headers.get('ratelimit'))
    expect(remaining((await short(visitor))?.headers.RateLimit)).toBe(first - 1)
    expect(remaining((await visitor.me()).headers.get('ratelimit'))).toBe(first - 2)
  })

  test('LIM-4 what is over the limit, or is nobody, is answered as on the long way', async () => {
    const stingy = await openSite(kind, { limits: { rules: { read: { limit: 2, windowSeconds: 60 } } } })
    const visitor = stingy.visitor()
    await visitor.signUp('over@example.com')
    await visitor.ack()
    const ask = async (cookie: string) =>
      stingy.vigile.shortWay(
        { method: 'GET', url: path, headers: { host, cookie, 'accept-language': 'fr' } },
        { address: visitor.address },
      )
    const same = async (cookie: string) => {
      const plain = await ask(cookie)
      const long = await visitor.get(path, { cookie, headers: { 'accept-language': 'fr' } })
      expect({ status: plain?.status, ...JSON.parse(plain?.body ?? ''), requestId: '' }).toEqual({
        status: long.status,
        ...long.body,
        requestId: '',
      })
      return plain?.status
    }
    expect(await same('vigile_access=forged')).toBe(401)
    expect(await same('vigile_access=forged')).toBe(429)
    expect(await same(cookiesOf(visitor))).toBe(200)
    expect(await same(cookiesOf(visitor))).toBe(429)
    await stingy.close()
  })

  test('whatever else is asked takes the long way', async () => {
    const visitor = await signedUp('else@example.com')
    const isLong = async (headers: Record<string, string>, ask?: { method?: string; url?: string }) =>
      expect(await short(visitor, headers, ask)).toBeNull()
    await isLong({ authorization: 'Bearer x' })
    await isLong({ dpop: 'x' })
    await isLong({ origin: 'https://other.example' })
    await isLong({ host: 'a b/c' })
    await isLong({}, { method: 'HEAD' })
    await isLong({}, { url: `${path}?x=1` })
    await isLong({}, { url: '/api/auth/sessions' })
  })

  test('TOK-5 a session that was ended gets nothing by it', async () => {
    const visitor = await signedUp('ended@example.com')
    const cookie = cookiesOf(visitor)
    expect((await short(visitor))?.status).toBe(200)
    await visitor.post('/api/auth/logout')
    expect((await short(visitor, { cookie }))?.status).toBe(401)
  })

  test('TOK-1 nor does an access token that has expired', async () => {
    const visitor = await signedUp('expired@example.com')
    const cookie = cookiesOf(visitor)
    site.move(16 * 60_000)
    expect((await short(visitor, { cookie }))?.status).toBe(401)
  })
})

// An application limits its own routes through the engine (LIM-8).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { expectSafeHeaders } from './documented.ts'

const five = { limit: 5, windowSeconds: 900 }

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind)
  })
  afterAll(() => site?.close())

  test('LIM-8 S-89 counts, and gives the same answers as routes of ours', async () => {
    for (let hit = 1; hit <= 5; hit += 1) {
      const count = await site.vigile.limits.check('export:ada', five)
      expect(count).toMatchObject({ allowed: true, remaining: 5 - hit })
      expect(count.headers['RateLimit-Policy']).toBe('"application";q=5;w=900')
      expect(count.headers.RateLimit).toMatch(new RegExp(`^"application";r=${5 - hit};t=(900|899)$`))
    }
    const sixth = await site.vigile.limits.check('export:ada', five)
    expect(sixth).toMatchObject({ allowed: false, remaining: 0 })
    expect(sixth.resetMs).toBeGreaterThan(890_000)
    const request = new Request('http://localhost:3000/export', { headers: { 'accept-language': 'fr' } })
    const answer = sixth.refusal(request)
    expect(answer.status).toBe(429)
    expectSafeHeaders(answer, false)
    const wait = Number(answer.headers.get('retry-after'))
    expect(answer.headers.get('ratelimit')).toBe(`"application";r=0;t=${wait}`)
    expect(await answer.json()).toMatchObject({
      code: 'rate_limited',
      detail: 'Trop de tentatives. Réessayez dans 15 minutes.',
      retryAfterSeconds: wait,
    })
    expect((await site.vigile.limits.check('export:bob', five)).allowed).toBe(true)
  })

  test('LIM-4 LIM-8 parallel hits', async () => {
    const hits = await Promise.all(Array.from({ length: 200 }, () => site.vigile.limits.check('parallel', five)))
    expect(hits.filter(({ allowed }) => allowed)).toHaveLength(5)
  })

  test('keys are whatever the application likes, and apart', async () => {
    const keys = ['', ' ', 'a b', 'é', '{x}', 'x'.repeat(256), 'x'.repeat(257), `${'x'.repeat(300_000)}y`]
    const once = { limit: 1, windowSeconds: 60 }
    for (const key of keys) expect((await site.vigile.limits.check(key, once)).allowed).toBe(true)
    for (const key of keys) expect((await site.vigile.limits.check(key, once)).allowed).toBe(false)
  })

  test.each([
    { limit: 0, windowSeconds: 900 },
    { limit: Number.NaN, windowSeconds: 900 },
    { limit: 1.5, windowSeconds: 900 },
    { limit: 5, windowSeconds: Number.NaN },
    { limit: 5, windowSeconds: 0 },
    { limit: 5, windowSeconds: 31 * 86_400 },
  ])('%j is misuse, and says so: a limit that never refuses is none', async (rule) => {
    await expect(site.vigile.limits.check('misuse', rule)).rejects.toThrow(/limits\.check: (limit|windowSeconds) is/)
  })
})

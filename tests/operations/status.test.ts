// What the status page tells, from whole engines: three nodes on one database, mail and Redis that are away, a provider that fails.
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openProviderSite, signInWith, toCallback } from '../oauth/provider-site.ts'
import { startRedis } from '../services/redis.ts'
import { freshDatabase } from '../services/run.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { startMailServer } from '../support/smtp.ts'

const minute = 60_000
const day = 24 * 60 * minute
const operator = { kind: 'operator', name: 'ada' } as const
const patience = { timeout: 30_000, interval: 50 }

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})
/** Nodes hear each other some time after they start. */
const heard = (node: Site['vigile']) =>
  vi.waitFor(async () => {
    const { parts } = await node.readiness()
    expect([parts.channel, parts.redis ?? 'ok']).toEqual(['ok', 'ok'])
  }, patience)
const open = async (...given: Parameters<typeof openSite>): Promise<Site> => {
  const site = await openSite(...given)
  closers.push(site.close)
  await heard(site.vigile)
  return site
}
const partOf = async (vigile: Site['vigile'], id: string) => {
  const part = (await vigile.status()).parts.find((one) => one.id === id)
  if (!part) throw new Error(`there is no part ${id}`)
  return part
}
/** Looks once a minute. */
const pass = async (site: Site, minutes: number) => {
  for (let count = 0; count < minutes; count += 1) {
    site.move(minute)
    await site.vigile.status()
  }
}

describe.each(storeKinds)('OPS-6 on %s', (kind) => {
  test('what was measured is up, what nobody measured is neither; 90 days later it is forgotten', async () => {
    const site = await open(kind)
    await pass(site, 10)
    const measured = async () => {
      const { days } = await partOf(site.vigile, 'sign-in')
      return days.reduce((sum, { measuredMs }) => sum + measuredMs, 0)
    }
    const before = await measured()
    expect(before).toBeGreaterThanOrEqual(9 * minute)
    // Nobody looks for an hour.
    site.move(60 * minute)
    await pass(site, 5)
    expect((await measured()) - before).toBeGreaterThanOrEqual(4 * minute)
    expect((await measured()) - before).toBeLessThan(10 * minute)
    expect(await partOf(site.vigile, 'sign-in')).toMatchObject({ availability: 1, incidents: [] })

    site.move(92 * day)
    expect((await site.vigile.cleanUp(operator)).periods).toBeGreaterThan(0)
    expect((await site.vigile.cleanUp(operator)).periods).toBe(0)
    await pass(site, 2)
    expect(await measured()).toBeLessThan(5 * minute)
  })

  test('a storm of visitors asks the database no more than one of them', async () => {
    let statements = 0
    const count = (name: string) => {
      if (name === 'store_statement_duration_seconds') statements += 1
    }
    const site = await open(kind, { meter: { add: () => {}, record: count } })
    await site.vigile.status()
    expect(statements).toBeGreaterThan(0)
    // What a node does by itself is counted too.
    site.move(6_000)
    let before = statements
    await Promise.all(Array.from({ length: 500 }, () => site.vigile.status()))
    expect(statements - before).toBeLessThan(250)
    before = statements
    for (let visits = 0; visits < 500; visits += 1) await site.vigile.status()
    expect(statements - before).toBeLessThan(250)
  })

  test('a letter that waits for over ten minutes: email is late, sign-in is not', async () => {
    const mail = { url: 'smtp://127.0.0.1:1', from: 'Shop <no-reply@shop.example.com>' }
    const site = await open(kind, { mail, accounts: { verifyEmail: true } })
    expect((await site.visitor().signUp('ada@example.com')).status).toBe(202)
    await vi.waitFor(async () => expect((await site.vigile.readiness()).parts.mail).toBe('degraded'), patience)
    await pass(site, 9)
    expect((await partOf(site.vigile, 'email')).state).toBe('up')
    await pass(site, 3)
    expect(await partOf(site.vigile, 'email')).toMatchObject({
      state: 'degraded',
      availability: 1,
      incidents: [{ state: 'degraded', to: null }],
    })
    expect((await partOf(site.vigile, 'sign-in')).state).toBe('up')
    expect((await site.vigile.status()).state).toBe('degraded')
  })

  test('a letter that its own receiver puts off, such as one to a mistyped domain, makes nobody late', async () => {
    const server = await startMailServer({ putsOff: (address) => address.endsWith('gmial.example') })
    closers.push(server.stop)
    const mail = { url: server.url, from: 'Shop <no-reply@shop.example.com>' }
    const site = await open(kind, { mail, accounts: { verifyEmail: true } })
    expect((await site.visitor().signUp('bob@gmial.example')).status).toBe(202)
    expect((await site.visitor().signUp('ada@example.com')).status).toBe(202)
    await vi.waitFor(() => expect(server.received).toHaveLength(1), patience)
    await pass(site, 20)
    expect(await partOf(site.vigile, 'email')).toMatchObject({ state: 'up', incidents: [] })
    expect((await site.vigile.readiness()).parts.mail).toBe('ok')
    const readings = await site.vigile.gauges()
    expect(readings).toContainEqual(expect.objectContaining({ name: 'mail_waiting', value: 1 }))
    expect(readings).toContainEqual(expect.objectContaining({ name: 'mail_oldest_seconds', value: 0 }))
  })

  test('RES-2 a provider that fails is down on every node until it answers again; the rest is not', async () => {
    const site = await openProviderSite(kind, { providerCalls: {} })
    closers.push(site.close)
    const nodes = [site.vigile, ...(kind === 'embedded' ? [] : [await site.node()])]
    await Promise.all(nodes.map(heard))
    await pass(site, 2)
    expect(await partOf(site.vigile, 'provider:discord')).toMatchObject({ name: 'Discord', state: 'up' })
    site.discord.always('token', 503)
    for (let tries = 0; tries < 5; tries += 1) {
      const visitor = site.visitor()
      await visitor.get(await toCallback(visitor))
    }
    site.move(6_000)
    for (const node of nodes) {
      expect(await partOf(node, 'provider:discord')).toMatchObject({ state: 'down', incidents: [{ to: null }] })
      expect((await partOf(node, 'provider:campus')).state).toBe('up')
      expect((await partOf(node, 'sign-in')).state).toBe('up')
      expect((await node.status()).state).toBe('degraded')
    }
    await pass(site, 4)
    site.discord.mend()
    expect((await signInWith(site.visitor())).status).toBe(200)
    await pass(site, 3)
    for (const node of nodes) {
      const { state, incidents } = await partOf(node, 'provider:discord')
      expect(state).toBe('up')
      expect(incidents).toEqual([{ state: 'down', from: expect.any(Number), to: expect.any(Number) }])
    }
  })
})

describe('OPS-6 OPS-11 three nodes on one PostgreSQL', () => {
  let db: pg.Client
  beforeEach(async () => {
    db = new pg.Client({ connectionString: await freshDatabase() })
    await db.connect()
    closers.push(() => db.end())
  })
  const count = async (what: string) => Number((await db.query(`select count(*) from ${what}`)).rows[0].count)

  test('write what they all see once a minute, however often and however many at once are asked; a node that ends leaves no gap', async () => {
    const database = `postgres://${db.user}@${db.host}:${db.port}/${db.database}`
    const site = await open('PostgreSQL and Redis', { database })
    const nodes = [site.vigile, await site.node(), await site.node()]
    await Promise.all(nodes.map(heard))
    await db.query('create table writes (part text, seen_at bigint)')
    await db.query(`create function note_write() returns trigger language plpgsql as
      'begin insert into writes values (new.part, new.seen_at); return new; end'`)
    await db.query(
      'create trigger note after insert or update on status_periods for each row execute function note_write()',
    )
    const look = (from: readonly Site['vigile'][]) =>
      Promise.all(from.flatMap((node) => [node.status(), node.status(), node.status()]))
    const minutes = 8
    for (let passed = 0; passed < minutes; passed += 1) {
      site.move(minute)
      await look(passed < minutes / 2 ? nodes : nodes.slice(0, 2))
      if (passed === minutes / 2) await nodes[2]?.close()
    }
    for (const part of ['sign-in', 'email']) {
      // The nodes' clocks are moved one after the other, so that the first of a minute is not the only one.
      expect(await count(`writes where part = '${part}'`)).toBeLessThanOrEqual(minutes + 1)
      expect(await count(`status_periods where part = '${part}' and state = 'up'`)).toBe(1)
    }
    const [asked] = await look(nodes.slice(0, 1))
    const { days } = asked?.parts[0] ?? { days: [] }
    expect(days.reduce((sum, { measuredMs }) => sum + measuredMs, 0)).toBeGreaterThanOrEqual((minutes - 2) * minute)
  })
})

test('OPS-6 SPEC section 17: Redis away is sign-in that is slower, told while it lasts and for 90 days', async () => {
  const redis = await startRedis()
  closers.push(redis.stop)
  const site = await open('PostgreSQL and Redis', { redis: redis.url })
  const state = async () => {
    site.move(6_000)
    return (await partOf(site.vigile, 'sign-in')).state
  }
  await vi.waitFor(async () => expect(await state()).toBe('up'), patience)
  await redis.kill()
  await vi.waitFor(async () => expect(await state()).toBe('degraded'), patience)
  await redis.restart()
  await vi.waitFor(async () => expect(await state()).toBe('up'), patience)
  const { incidents, availability } = await partOf(site.vigile, 'sign-in')
  expect(incidents[0]).toMatchObject({ state: 'degraded', to: expect.any(Number) })
  expect(availability).toBe(1)
})

// A node that starts while a part is down (SPEC section 17).
import { createTestVigile } from '@vigile/engine/testing'
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { createDatabase, startPostgres } from '../services/postgres.ts'
import { startRedis } from '../services/redis.ts'
import { openSite, testSecret } from '../support/site.ts'
import { createVisitor } from '../support/visitor.ts'
import { holdTime } from './time.ts'

test('S-90 OPS-6 without PostgreSQL it answers 503, and serves as soon as it can', { timeout: 180_000 }, async () => {
  const postgres = await startPostgres()
  const database = await createDatabase(postgres.url)
  const site = await openSite('PostgreSQL and Redis', { database })
  await postgres.kill()

  const { publicUrl, now } = site
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const { vigile } = createTestVigile({ publicUrl, database, secrets: testSecret, production: false, log })
  const visitor = () => createVisitor({ vigile: () => vigile, publicUrl, now, address: '203.0.113.250' })
  for (const reply of [
    await visitor().signUp('ada@example.com'),
    await visitor().signIn('ada@example.com'),
    await visitor().me(),
    await visitor().get('/health/ready'),
  ]) {
    expect(reply.status).toBe(503)
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
  }
  expect((await visitor().get('/health/live')).status).toBe(200)
  // A page of an application sends people there: they read a page, which asks again by itself.
  const landed = await vigile.fetch(new Request(`${publicUrl}/api/auth/continue?returnTo=%2F`))
  expect([landed.status, landed.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])

  await postgres.restart()
  // Nobody asks it for anything but its health: a load balancer sends nobody before it is ready.
  await expect.poll(async () => (await vigile.readiness()).status, { timeout: 60_000 }).toBe('ok')
  expect((await visitor().signUp('ada@example.com')).status).toBe(201)
  await vigile.close()
  await site.close()
  await postgres.stop()
})

test('LIM-5 without Redis it counts by itself', async () => {
  const redis = await startRedis()
  await redis.kill()
  const site = await openSite('embedded', { limitsRedis: redis.url })
  expect((await site.visitor().signUp('ada@example.com')).status).toBe(201)
  const attacker = site.visitor()
  for (let guess = 0; guess < 10; guess += 1)
    expect((await attacker.signIn(`nobody${guess}@example.com`, 'no-quiet-harbour-41')).status).toBe(401)
  expect((await attacker.signIn('nobody@example.com', 'no-quiet-harbour-41')).status).toBe(429)
  await site.close()
  await redis.stop()
})

test('OPS-6 a database that answers and can not be used is not ready', async () => {
  const time = holdTime()
  const site = await openSite('PostgreSQL and Redis')
  const status = async () => (await site.vigile.readiness()).status
  await expect.poll(status, { timeout: 20_000 }).toBe('ok')
  const client = new pg.Client({ connectionString: site.database })
  await client.connect()
  for (const table of ['sessions', 'users', 'nodes']) {
    await client.query(`alter table ${table} rename to away`)
    time.age(5_001)
    expect(await status()).toBe('down')
    await client.query(`alter table away rename to ${table}`)
    await expect.poll(status, { timeout: 20_000 }).toBe('ok')
  }
  await client.end()
  await site.close()
  vi.restoreAllMocks()
})

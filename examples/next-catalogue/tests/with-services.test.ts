// The same program on PostgreSQL and Redis: its tables beside Vigile's, in one database.
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../tests/services/redis.ts'
import { freshDatabase } from '../../../tests/services/run.ts'
import { type Example, startExample } from '../../../tests/support/example.ts'
import { endIdleConnections } from '../../../tests/support/idle-connections.ts'
import { goodPassword } from '../../../tests/support/visitor.ts'
import { demoPassword, signedIn, visitorOf } from './people.ts'

let example: Example
let database: Client
let redis: RedisServer
beforeAll(async () => {
  const connectionString = await freshDatabase()
  redis = await startRedis()
  example = await startExample('next-catalogue', {
    env: { DEMO_PASSWORD: demoPassword, DATABASE_URL: connectionString, REDIS_URL: redis.url },
  })
  database = new Client({ connectionString, application_name: 'test' })
  await database.connect()
})
afterAll(async () => {
  await database?.end()
  await example?.stop()
  await redis?.stop()
})

const product = { name: 'Stool', description: 'Three legs.', priceCents: 4_500 }

test('SYS-C products and people are in one database, and what the table allows holds', async () => {
  const [user, editor, admin] = (await Promise.all(
    ['user', 'editor', 'admin'].map((name) => signedIn(example.url, `${name}@example.com`)),
  )) as [
    Awaited<ReturnType<typeof signedIn>>,
    Awaited<ReturnType<typeof signedIn>>,
    Awaited<ReturnType<typeof signedIn>>,
  ]
  expect((await user.post('/api/products', product)).status).toBe(403)
  const made = await editor.post('/api/products', product)
  expect(made.status).toBe(201)
  const { id } = made.body.product
  expect((await editor.post(`/api/products/${id}/publish`)).status).toBe(403)
  expect((await admin.post(`/api/products/${id}/publish`)).status).toBe(200)
  const { rows } = await database.query('select published, version from products where id = $1', [id])
  expect(rows).toEqual([{ published: 1, version: 2 }])
  const { rows: people } = await database.query('select count(*)::int as count from users')
  expect(people[0].count).toBe(3)
  const { entries } = (await admin.get(`/api/admin/audit?action=products:&resourceId=${id}`)).body
  expect(entries.map(({ action }: { action: string }) => action).sort()).toEqual([
    'products:create',
    'products:publish',
    'products:publish:failed',
  ])
})

test('SYS-C LIM-3 two processes count sign-ups together, in Redis', async () => {
  const env = { DATABASE_URL: example.databaseUrl, REDIS_URL: redis.url, DEMO_PASSWORD: demoPassword }
  const other = await startExample('next-catalogue', { env })
  try {
    const signUp = async ({ url }: Example, email: string) =>
      (await visitorOf(url, '127.0.0.31').post('/api/auth/register', { email, password: goodPassword })).status
    const statuses = []
    for (const [at, process] of [example, other, example, other].entries())
      statuses.push(await signUp(process, `both-${at}@example.com`))
    expect(statuses).toEqual([201, 201, 201, 429])
  } finally {
    await other.stop()
  }
})

test('SYS-C RES-3 PostgreSQL ends idle connections: the catalogue goes on, and logs no fault', async () => {
  const admin = await signedIn(example.url, 'admin@example.com')
  await admin.get('/api/products')
  await endIdleConnections(example.databaseUrl)
  await expect.poll(async () => (await admin.get('/api/products')).status).toBe(200)
  expect(example.log()).not.toMatch(/uncaughtException|secretKey/)
})

test('SYS-C of many who change one product at once each change is on record, and none is lost', async () => {
  const admin = await signedIn(example.url, 'admin@example.com')
  const { id } = (await admin.post('/api/products', product)).body.product
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      admin.send('PUT', `/api/products/${id}`, { body: { ...product, priceCents: n } }),
    ),
  )
  const done = answers.filter(({ status }) => status === 200)
  expect(answers.filter(({ status }) => status !== 200).every(({ body }) => body.code === 'conflict')).toBe(true)
  expect(done.length).toBeGreaterThan(0)
  const { rows } = await database.query('select version from products where id = $1', [id])
  expect(rows[0].version).toBe(1 + done.length)
  const { entries } = (await admin.get(`/api/admin/audit?action=products:update&resourceId=${id}`)).body
  const versions = entries
    .filter(({ action }: { action: string }) => action === 'products:update')
    .map(({ details }: { details: { after: { version: number } } }) => details.after.version)
  expect(versions.toSorted()).toEqual(Array.from({ length: done.length }, (_, n) => n + 2))
})

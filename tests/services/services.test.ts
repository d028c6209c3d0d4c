import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { launchChromium } from './chromium.ts'
import { startNginx } from './nginx.ts'
import { createDatabase, startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'
import { freshDatabase, sharedRedisUrl } from './run.ts'

const cleanUps: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
})

const withinMs = <Value>(work: Promise<Value>, ms: number) =>
  Promise.race([work, new Promise<'no answer'>((resolve) => setTimeout(resolve, ms, 'no answer'))])

test('a paused PostgreSQL answers nothing, a killed one keeps what was committed', async () => {
  const postgres = await startPostgres()
  cleanUps.push(postgres.stop)
  const client = new pg.Client({ connectionString: await createDatabase(postgres.url) })
  client.on('error', () => {})
  await client.connect()
  await client.query('create table kept (value integer)')
  await client.query('insert into kept values (7)')

  postgres.pause()
  const answer = client.query('select value from kept')
  expect(await withinMs(answer, 200)).toBe('no answer')
  postgres.resume()
  expect((await answer).rows).toEqual([{ value: 7 }])

  const url = new URL(postgres.url)
  url.pathname = `/${client.database}`
  await postgres.kill()
  await postgres.restart()
  const after = new pg.Client({ connectionString: url.href })
  await after.connect()
  expect((await after.query('select value from kept')).rows).toEqual([{ value: 7 }])
  await after.end()
})

test('each fresh database is a new one, and the run has a Redis', async () => {
  expect(await freshDatabase()).not.toBe(await freshDatabase())
  expect(await ping(sharedRedisUrl())).not.toBe('ECONNREFUSED')
})

/** Redis hangs up on HTTP, but it is there. */
const ping = async (url: string) =>
  (await fetch(url.replace('redis:', 'http:')).catch(({ cause }) => cause.code)) as string

test('a killed Redis comes back on its port', async () => {
  const redis = await startRedis()
  cleanUps.push(redis.stop)
  expect(await ping(redis.url)).not.toBe('ECONNREFUSED')
  await redis.kill()
  expect(await ping(redis.url)).toBe('ECONNREFUSED')
  await redis.restart()
  expect(await ping(redis.url)).not.toBe('ECONNREFUSED')
})

test('Chromium reaches a page through nginx, and comes back on its profile after a kill', async () => {
  const upstream = createServer((_, response) => response.end('<p>behind nginx</p>')).listen(0, '127.0.0.1')
  await new Promise((resolve) => upstream.once('listening', resolve))
  cleanUps.push(async () => upstream.close())
  const { port: upstreamPort } = upstream.address() as AddressInfo
  const nginx = await startNginx(
    (port) => `server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${upstreamPort}; } }`,
  )
  cleanUps.push(nginx.stop)

  const first = await launchChromium()
  cleanUps.push(first.stop)
  const page = await first.context.newPage()
  await page.goto(nginx.url)
  expect(await page.textContent('p')).toBe('behind nginx')
  await first.kill()

  const second = await launchChromium(first.profileFolder)
  cleanUps.push(second.stop)
  const again = await second.context.newPage()
  await again.goto(nginx.url)
  expect(await again.textContent('p')).toBe('behind nginx')
})

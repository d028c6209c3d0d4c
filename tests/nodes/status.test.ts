// The status page while the database is frozen, dead and back, and after a node that remembered was killed. Real nodes.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import server from '../../server/package.json' with { type: 'json' }
import { createDatabase, type PostgresServer, startPostgres } from '../services/postgres.ts'
import { type RedisServer, startRedis } from '../services/redis.ts'
import { runVigile, type ServerNode, startMs, startNode } from './node.ts'

const patience = { timeout: 90_000, interval: 250 }

let postgres: PostgresServer
let redis: RedisServer
let settings: { readonly database: string; readonly redis: string }
let nodes: ServerNode[] = []
beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  settings = { database: await createDatabase(postgres.url), redis: redis.url }
  await runVigile('migrate', settings)
  nodes = await Promise.all([1, 2].map(() => startNode(settings)))
}, startMs)
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  await Promise.all([postgres?.stop(), redis?.stop()])
})

const get = (node: ServerNode, path: string) =>
  fetch(`${node.url}${path}`, { headers: { accept: 'text/html' }, signal: AbortSignal.timeout(20_000) })
const signInOf = async (node: ServerNode) => {
  const answer = await get(node, '/status.json')
  expect(answer.status).toBe(200)
  const { historyComplete, parts } = await answer.json()
  return { historyComplete, ...parts[0] }
}
const until = (node: ServerNode, state: string) =>
  vi.waitFor(async () => expect(await signInOf(node)).toMatchObject({ id: 'sign-in', state }), patience)

/** Nothing in it tells what the site is made of, or where. */
const expectDiscreet = (text: string) => {
  const places = [settings.database, settings.redis, postgres.url].map((url) => new URL(url))
  for (const word of ['postgres', 'redis', 'sqlite', 'ECONN', 'timeout', '127.0.0.1', 'localhost', server.version])
    expect(text.toLowerCase()).not.toContain(word.toLowerCase())
  for (const { port } of places) expect(text).not.toContain(port)
}

test('OPS-6 the database is frozen, dies and comes back, and one of two nodes is killed meanwhile: the page answers all along, and the outage is told afterwards, by nodes that were not there too', async () => {
  const [first, second] = nodes as [ServerNode, ServerNode]
  await Promise.all([until(first, 'up'), until(second, 'up')])
  const outagesIn = ({ incidents }: { readonly incidents: readonly { readonly state: string }[] }) =>
    incidents.filter(({ state }) => state === 'down')
  const before = await signInOf(first)
  expect([outagesIn(before), before.historyComplete]).toEqual([[], true])

  postgres.pause()
  await Promise.all([until(first, 'down'), until(second, 'down')])
  await postgres.kill()
  for (const node of nodes) {
    await vi.waitFor(async () => {
      const during = await signInOf(node)
      expect(during).toMatchObject({ state: 'down', historyComplete: false })
      expect(outagesIn(during)).toEqual([{ state: 'down', from: expect.any(String), to: null }])
    }, patience)
    const page = await get(node, '/status')
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'public, max-age=30'])
    const text = await page.text()
    expect(text).toContain('You have not been signed out')
    expectDiscreet(text)
    expectDiscreet(await (await get(node, '/status.json')).text())
  }
  await first.kill()

  await postgres.restart()
  await until(second, 'up')
  const third = await startNode(settings)
  nodes = [second, third]
  await until(third, 'up')
  const after = await signInOf(third)
  expect(after.historyComplete).toBe(true)
  expect(outagesIn(after)).toEqual([{ state: 'down', from: expect.any(String), to: expect.any(String) }])
  expect(after.availability).toBeLessThan(1)
}, 300_000)

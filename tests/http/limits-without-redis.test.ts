// Redis goes away while people and attackers sign in (LIM-5, SPEC section 17).
import { afterEach, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../services/redis.ts'
import { openSite, type Site } from '../support/site.ts'
import { createVisitor, goodPassword } from '../support/visitor.ts'

let redis: RedisServer
let site: Site
afterEach(async () => {
  redis.resume()
  await site.close()
  await redis.stop()
})

const open = async () => {
  redis = await startRedis()
  site = await openSite('PostgreSQL and Redis', { limitsRedis: redis.url })
  const other = await site.node()
  await site.visitor().signUp('ada@example.com')
  let guesses = 0
  /** Wrong sign-ins at a node until one is refused: how many were tried. */
  const tried = async (node: Site['vigile']) => {
    for (let count = 0; count < 30; count += 1) {
      guesses += 1
      const { publicUrl, now } = site
      const visitor = createVisitor({ vigile: () => node, publicUrl, now, address: '203.0.113.5' })
      const { status } = await visitor.signIn(`nobody${guesses}@example.com`, 'no-quiet-harbour-41')
      if (status === 429) return count
      expect(status).toBe(401)
    }
    return Number.POSITIVE_INFINITY
  }
  const alerts = () => site.log.filter(({ fields }) => fields.alert === 'limits_degraded')
  const recovered = () =>
    expect.poll(() => Promise.all([site.vigile, other].map(async (node) => (await node.readiness()).status)), {
      timeout: 8000,
      interval: 50,
    })
  return { nodes: [site.vigile, other] as const, tried, alerts, recovered }
}

test('LIM-5 S-90 Redis is killed: sign-in goes on, each node counts by itself, an alert is raised, and all is well again', async () => {
  const { nodes, tried, alerts, recovered } = await open()
  expect(await tried(nodes[0])).toBe(10)
  expect(await tried(nodes[1])).toBe(0)

  await redis.kill()
  expect((await site.visitor().signIn('ada@example.com', goodPassword)).status).toBe(200)
  expect((await site.visitor().signUp('bob@example.com')).status).toBe(201)
  for (const node of nodes) {
    expect(await tried(node)).toBe(10)
    expect(await tried(node)).toBe(0)
    expect(await node.readiness()).toMatchObject({ status: 'degraded' })
  }
  expect((await site.visitor().get('/health/ready')).status).toBe(200)
  expect(alerts()).toHaveLength(2)
  expect(alerts().map(({ level }) => level)).toEqual(['error', 'error'])

  await redis.restart()
  await recovered().toEqual(['ok', 'ok'])
  expect(await tried(nodes[0])).toBe(10)
  expect(await tried(nodes[1])).toBe(0)
  expect(alerts()).toHaveLength(2)
})

test('LIM-5 S-90 Redis freezes: the first wait is bounded, later ones are none', async () => {
  const { nodes, tried, alerts } = await open()
  redis.pause()
  const started = performance.now()
  expect((await site.visitor().signIn('ada@example.com', goodPassword)).status).toBe(200)
  expect(await tried(nodes[0])).toBe(10)
  // A bound, not a measure: one time-out of a second, where each of a dozen could have had one.
  expect(performance.now() - started).toBeLessThan(5000)
  expect(alerts().length).toBeGreaterThan(0)
})

test('LIM-5 there was no Redis when the node started', async () => {
  redis = await startRedis()
  await redis.kill()
  site = await openSite('embedded', { limitsRedis: redis.url })
  expect((await site.visitor().signUp('ada@example.com')).status).toBe(201)
  const attacker = site.visitor()
  for (let guess = 0; guess < 10; guess += 1)
    expect((await attacker.signIn(`nobody${guess}@example.com`, 'no-quiet-harbour-41')).status).toBe(401)
  expect((await attacker.signIn('nobody@example.com', 'no-quiet-harbour-41')).status).toBe(429)
})

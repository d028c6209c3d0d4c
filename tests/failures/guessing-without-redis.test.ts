// Redis goes away while people and attackers sign in (LIM-5).
import { expect, test } from 'vitest'
import { startRedis } from '../services/redis.ts'
import { openSite, type Site } from '../support/site.ts'
import { createVisitor, goodPassword } from '../support/visitor.ts'

test('LIM-5 S-90 password guessing while Redis is killed: each node counts by itself, an owner signs in, and then all count together again', async () => {
  const redis = await startRedis()
  const site = await openSite('PostgreSQL and Redis', { limitsRedis: redis.url })
  const nodes = [site.vigile, await site.node()] as const
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
  expect([await tried(nodes[0]), await tried(nodes[1])]).toEqual([10, 0])

  await redis.kill()
  expect((await site.visitor().signIn('ada@example.com', goodPassword)).status).toBe(200)
  for (const node of nodes) expect([await tried(node), await tried(node)]).toEqual([10, 0])

  await redis.restart()
  await expect
    .poll(() => Promise.all(nodes.map(async (node) => (await node.readiness()).status)), { timeout: 15_000 })
    .toEqual(['ok', 'ok'])
  expect([await tried(nodes[0]), await tried(nodes[1])]).toEqual([10, 0])
  const alerts = site.log.filter(({ fields }) => fields.alert === 'limits_degraded')
  expect(alerts.length).toBeGreaterThanOrEqual(2)
  for (const { level } of alerts) expect(level).toBe('error')
  await site.close()
  await redis.stop()
})

// A server on a full disk that is started anew: what can be read is answered (SPEC section 17).
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { mountSmallDisk } from '../services/small-disk.ts'
import { goodPassword } from '../support/visitor.ts'
import { newVisitor, type ServerNode, startNode } from './node.ts'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})
const patience = { timeout: 30_000, interval: 200 }

test.for(['kill', 'stop'] as const)(
  'S-90 OPS-6 a server that starts anew on a full disk (%s) checks sessions, writes nothing, and all is well once there is room',
  { timeout: 300_000 },
  async (end, { skip }) => {
    const disk = await mountSmallDisk(8)
    if (!disk) return skip('a small disk can only be mounted by root')
    cleanUps.push(disk.remove)
    // How long tokens live is to be written as well.
    const start = (life: string) =>
      startNode({
        database: `file:${join(disk.path, 'vigile.db')}`,
        environment: { VIGILE_ACCESS_LIFE: life, LOG_LEVEL: 'error' },
      })
    let node: ServerNode = await start('10m')
    cleanUps.push(() => node.stop())
    const visitor = newVisitor(() => node)
    expect((await visitor.signUp('ada@example.com')).status).toBe(201)
    const health = async () => {
      const answer = await node.fetch(new Request('http://localhost:3000/health/ready'))
      return { code: answer.status, ...((await answer.json()) as object) }
    }
    disk.fill()
    await node[end]()
    node = await start('14m')
    expect((await visitor.me()).status).toBe(200)
    const isFull = (await newVisitor(() => node).signIn('ada@example.com', goodPassword)).status === 503
    if (end === 'kill') expect(isFull).toBe(true)
    if (isFull) {
      expect((await visitor.refresh()).status).toBe(503)
      expect(await health()).toMatchObject({ code: 503, parts: { database: 'ok', writes: 'down' } })
      await vi.waitFor(() => expect(node.output()).toContain('the database takes no writes'), patience)
    }
    disk.free()
    await vi.waitFor(async () => expect(await health()).toMatchObject({ code: 200 }), patience)
    expect((await visitor.refresh()).status).toBe(200)
    expect((await newVisitor(() => node).signIn('ada@example.com', goodPassword)).status).toBe(200)
  },
)

// Two real nodes behind the nginx of ops/nginx are restarted, one after the other, while people go on (OPS-7).
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request as send } from 'node:https'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type NodeSettings, runVigile, type ServerNode, startMs, startNode } from '../nodes/node.ts'
import { freePort } from '../services/place.ts'
import { type RedisServer, startRedis } from '../services/redis.ts'
import { freshDatabase } from '../services/run.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'
import { type DeployedNginx, startDeployedNginx } from './deployed-nginx.ts'

const host = 'shop.example.com'
const publicUrl = `https://${host}`
const people = 20
const readsAtOnce = 5
const leastRequests = 2_000
const mostRestarts = 12
const pauseMs = 10

let redis: RedisServer
let nginx: DeployedNginx
let nodes: ServerNode[] = []
let settings: NodeSettings[]
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false, servername: host })

const throughNginx = async (request: Request): Promise<Response> => {
  const body = request.body === null ? '' : await request.text()
  const { pathname, search } = new URL(request.url)
  const headers = { ...Object.fromEntries(request.headers), host, 'content-length': Buffer.byteLength(body) }
  const to = { host: '127.0.0.1', port: nginx.port, path: pathname + search, method: request.method, headers, agent }
  const asking = send(to)
  asking.end(body)
  const [reply] = (await once(asking, 'response')) as [IncomingMessage]
  const chunks = (await reply.toArray()) as Buffer[]
  const said = new Headers()
  for (const [name, values = []] of Object.entries(reply.headersDistinct))
    for (const value of values) said.append(name, value)
  const status = reply.statusCode ?? 0
  return new Response(status === 204 ? null : Buffer.concat(chunks), { status, headers: said })
}

beforeAll(async () => {
  redis = await startRedis()
  const database = await freshDatabase()
  const ports = [await freePort(), await freePort()]
  settings = ports.map((port) => ({
    database,
    redis: redis.url,
    environment: {
      PORT: String(port),
      VIGILE_PUBLIC_URL: publicUrl,
      VIGILE_LIMITS_ALLOW: '127.0.0.1',
      VIGILE_DRAIN_SECONDS: '1',
    },
  }))
  await runVigile('migrate', settings[0] as NodeSettings)
  nodes = await Promise.all(settings.map(startNode))
  nginx = await startDeployedNginx(ports)
}, startMs)
afterAll(async () => {
  agent.destroy()
  await nginx?.stop()
  await Promise.all(nodes.map((node) => node.stop()))
  await redis?.stop()
})

test('OPS-7 OPS-9 a rolling restart with 2,000 requests under way over it: none that may be repeated fails, no session is lost', async () => {
  const visitors = await Promise.all(
    Array.from({ length: people }, async (_, index) => {
      const visitor = createVisitor({
        vigile: () => ({ fetch: throughNginx }),
        publicUrl,
        now: Date.now,
        address: '127.0.0.1',
      })
      expect((await visitor.signUp(`person-${index}@example.com`)).status).toBe(201)
      return visitor
    }),
  )
  const failed: string[] = []
  // A node is asked to stop, and is not ready again yet.
  let isOneAway = false
  let under = 0
  let overAStop = 0
  let stops = 0
  let restarting = true
  /** Counts what was under way while a node was away: begun then, or before it was asked to stop and answered since. */
  const counted = async (asked: Promise<{ readonly status: number }>) => {
    const [wasAway, before] = [isOneAway, stops]
    const status = await asked.then((reply) => reply.status, String)
    if (stops > before) overAStop += 1
    if (wasAway || stops > before) under += 1
    return status
  }
  const read = async (visitor: Visitor) => {
    const status = await counted(visitor.me())
    if (status !== 200) failed.push(`me: ${status}`)
  }
  const refresh = async (visitor: Visitor) => {
    const status = await counted(visitor.refresh())
    // nginx repeats no POST that it has sent (502): the client does.
    if (status !== 200 && status !== 502) failed.push(`refresh: ${status}`)
  }
  const life = visitors.map(async (visitor) => {
    while (restarting) {
      await Promise.all([...Array.from({ length: readsAtOnce }, () => read(visitor)), refresh(visitor)])
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  })
  // One after the other; again where the machine is so quick that too little fell into it.
  for (let turn = 0; turn < nodes.length || (under < leastRequests && turn < mostRestarts); turn += 1) {
    const index = turn % nodes.length
    const node = nodes[index] as ServerNode
    stops += 1
    isOneAway = true
    await node.stop()
    expect(node.output()).not.toContain('requests were cut')
    nodes[index] = await startNode(settings[index] as NodeSettings)
    isOneAway = false
  }
  restarting = false
  await Promise.all(life)

  expect(failed).toEqual([])
  expect(under).toBeGreaterThanOrEqual(leastRequests)
  expect(overAStop).toBeGreaterThan(0)
  for (const visitor of visitors) expect((await visitor.refresh()).status).toBe(200)
}, 300_000)

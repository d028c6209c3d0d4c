// Two real nodes behind the nginx of ops/nginx are restarted, one after the other, with 2,000 requests in flight (OPS-7).
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request as send } from 'node:https'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { copyOf, type NodeSettings, runVigile, type ServerNode, startMs, startNode } from '../nodes/node.ts'
import { connectionsTo } from '../services/connections.ts'
import { freePort } from '../services/place.ts'
import { type RedisServer, startRedis } from '../services/redis.ts'
import { freshDatabase } from '../services/run.ts'
import { createVisitor, type Reply, type Visitor } from '../support/visitor.ts'
import { type DeployedNginx, startDeployedNginx } from './deployed-nginx.ts'

const host = 'shop.example.com'
const publicUrl = `https://${host}`
const people = 50
/** Of each person at once: a refresh, two looks at the health, and reads. */
const linesEach = 40
/** So many of them go on until the node is back. */
const goOn = 10
const inFlight = people * linesEach
const signUpsAtOnce = 10
const longestPauseMs = 1_000
/** Here both nodes are frozen until all requests are in flight, which a node never is by itself: nginx waits for 30 s. */
const heldMs = 25_000
const emailOf = (index: number) => `person-${index}@example.com`

let redis: RedisServer
let db: pg.Client
let nginx: DeployedNginx
let nodes: ServerNode[] = []
let ports: number[]
let settings: NodeSettings[]
/** A connection for each request in flight. */
const agent = new Agent({ keepAlive: true, maxFreeSockets: inFlight, rejectUnauthorized: false, servername: host })

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
  ports = [await freePort(), await freePort()]
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
  db = new pg.Client({ connectionString: database })
  await db.connect()
  nodes = await Promise.all(settings.map(startNode))
  nginx = await startDeployedNginx(ports, {
    edit: (files) => files.replace('proxy_read_timeout 12s', 'proxy_read_timeout 30s'),
  })
}, startMs)
afterAll(async () => {
  agent.destroy()
  await nginx?.stop()
  await Promise.all(nodes.map((node) => node.stop()))
  await db?.end()
  await redis?.stop()
})

const signedUp = async () => {
  const all: Visitor[] = []
  const signUp = async () => {
    const input = { vigile: () => ({ fetch: throughNginx }), publicUrl, now: Date.now, address: '127.0.0.1' }
    const visitor = createVisitor(input)
    expect((await visitor.signUp(emailOf(all.push(visitor) - 1))).status).toBe(201)
  }
  while (all.length < people) await Promise.all(Array.from({ length: signUpsAtOnce }, signUp))
  return all
}

/** Two hours go by, so the next refresh of everybody gives a new refresh token. */
const passTime = () =>
  db.query('update sessions set rotated_at = rotated_at - 7200000, issued_at = issued_at - 7200000')

test('OPS-7 OPS-9 a rolling restart, 2,000 requests in flight as each node is told to stop: none that may be repeated fails, no session is lost', async () => {
  const visitors = await signedUp()
  const failed: Record<string, number> = {}
  let unanswered = 0
  const ask = async (asked: () => Promise<Reply>): Promise<number | string> => {
    unanswered += 1
    const status = await asked().then((reply) => reply.status, String)
    unanswered -= 1
    return status
  }
  const expect200 = (what: string, status: number | string) => {
    if (status !== 200) failed[`${what}: ${status}`] = (failed[`${what}: ${status}`] ?? 0) + 1
  }
  const me = (visitor: Visitor, index: number) => async () => {
    const own = async () => {
      const reply = await visitor.me()
      if (reply.status === 200) expect(reply.body.user.email).toBe(emailOf(index))
      return reply
    }
    expect200('me', await ask(own))
  }
  const health = (visitor: Visitor) => async () => {
    expect200('health', await ask(() => visitor.get('/health/live')))
  }
  const refresh = (visitor: Visitor) => async (isHeld: boolean) => {
    const status = await ask(() => visitor.refresh())
    // nginx repeats no POST that it has sent (502): the client does, at once. None that was in flight when the node was told
    // to stop comes to that.
    const isRepeated = status === 502 && !isHeld
    expect200('refresh', isRepeated ? await ask(() => visitor.refresh()) : status)
  }
  const lines = visitors.flatMap((visitor, index) => [
    refresh(visitor),
    health(visitor),
    health(visitor),
    ...Array.from({ length: linesEach - 3 }, () => me(visitor, index)),
  ])
  // Every line has its connection to nginx from here on.
  await Promise.all(lines.map((line) => line(true)))
  expect(failed).toEqual({})

  for (const [index, node] of nodes.entries()) {
    await passTime()
    for (const reply of await Promise.all(visitors.map((visitor) => visitor.refresh())))
      expect(reply.body).toMatchObject({ rotated: true })
    // Now that these have landed, whoever comes with the cookies confirms it, and each refresh gives the next token.
    await passTime()
    for (const each of nodes) each.pause()
    let restarting = true
    const life = lines.map(async (line, order) => {
      await line(true)
      while (restarting && order % linesEach < goOn) {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * longestPauseMs))
        await line(false)
      }
    })
    await vi.waitFor(
      async () => {
        const [a = 0, b = 0] = await Promise.all(ports.map(connectionsTo))
        expect(a + b).toBeGreaterThanOrEqual(inFlight)
      },
      { timeout: heldMs, interval: 100 },
    )
    expect(unanswered).toBe(inFlight)
    const stopped = node.stop()
    for (const other of nodes) if (other !== node) other.resume()
    await stopped
    expect(node.output()).not.toContain('requests were cut')
    nodes[index] = await startNode(settings[index] as NodeSettings)
    restarting = false
    await Promise.all(life)
    expect(failed).toEqual({})
  }

  for (const [index, visitor] of visitors.entries()) {
    expect((await visitor.refresh()).status).toBe(200)
    for (const node of nodes) expect((await copyOf(visitor, () => node).me()).body.user.email).toBe(emailOf(index))
  }
}, 300_000)

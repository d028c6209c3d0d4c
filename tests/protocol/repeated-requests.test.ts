// Others between browser and server that send a request more than once, or send what nobody will read: proxies, servers that
// render pages ahead (PROTOCOL.md, "What tests must cover", 12).
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startNginx } from '../services/nginx.ts'
import { requestOf } from '../support/request-of.ts'
import { openSite, storeKinds } from '../support/site.ts'
import { createVisitor, goodPassword, type Reply, type Visitor } from '../support/visitor.ts'
import { type Desk, hour, minute, openDesk } from './desk.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let desk: Desk
  beforeAll(async () => {
    // What a storm may cost is another matter (LIM-1).
    desk = await openDesk(kind, { limits: { rules: { refreshToken: null, refreshIp: null, ackToken: null } } })
  })
  afterAll(() => desk?.close())

  /** Somebody else who has the browser's cookies for the time of a request. */
  const ofServer = (visitor: Visitor): Visitor => {
    const copy = desk.site.visitor()
    copy.jar.restore(visitor.jar.snapshot())
    return copy
  }

  test('PROTOCOL 12 I5 prefetch storms from server-side rendering, whose answers no browser ever sees', async () => {
    const { visitor, row, ...held } = await desk.begin()
    held.hold(3, 0)
    // Servers that pass the browser's cookies on refresh for each link of a page; their cookies are thrown away.
    for (let storm = 0; storm < 15; storm += 1) {
      desk.site.move(3 * minute)
      const replies = await Promise.all(Array.from({ length: 12 }, () => ofServer(visitor).refresh()))
      for (const { status } of replies) expect(status).toBe(200)
      expect(new Set(replies.map(({ body }) => body.fingerprint)).size).toBe(1)
    }
    // One generation, and one sibling for each storm but the first.
    expect(await row()).toMatchObject({ generation: 4, issue: 14, revokedAt: null })
    desk.site.move(hour)
    expect((await visitor.refresh()).status).toBe(200)
    expect((await visitor.ack()).status).toBe(204)
    expect((await visitor.me()).status).toBe(200)
  })

  test('PROTOCOL 12 I5 a storm of pages that pass the answer’s cookies on to the browser, in any order', async () => {
    const { visitor, row, ...held } = await desk.begin({ winner: null, durable: false, age: hour })
    held.hold(2, 0)
    for (let storm = 0; storm < 6; storm += 1) {
      const replies = await Promise.all(Array.from({ length: 8 }, () => ofServer(visitor).refresh()))
      for (const { setCookies } of replies.toSorted(() => Math.random() - 0.5)) visitor.jar.take(setCookies)
      for (const { status } of replies) expect(status).toBe(200)
      desk.site.move(hour)
    }
    expect((await visitor.refresh()).status).toBe(200)
    expect(await row()).toMatchObject({ revokedAt: null })
  })

  /** A proxy sends each request so often, all at once; the browser gets one of the answers. */
  const repeated = async (visitor: Visitor, method: string, path: string, body: object | undefined, times: number) => {
    const answers = await Promise.all(
      Array.from({ length: times }, () => visitor.send(method, path, { body, lands: false })),
    )
    const heard = answers[Math.floor(Math.random() * times)] as Reply
    visitor.jar.take(heard.setCookies)
    return heard
  }

  test.each([2, 3])('PROTOCOL 12 I5 a proxy that sends every request %i times', async (times) => {
    const visitor = desk.site.visitor()
    const email = `repeated-${times}@example.com`
    await visitor.signUp(email)
    const post = (path: string, body: object = {}) => repeated(visitor, 'POST', `/api/auth/${path}`, body, times)
    expect((await post('login', { email, password: goodPassword })).status).toBe(200)
    for (let visits = 0; visits < 8; visits += 1) {
      desk.site.move(20 * minute)
      const refreshed = await post('refresh')
      expect(refreshed.status).toBe(200)
      expect((await post('ack')).status).toBe(204)
      expect((await repeated(visitor, 'GET', '/api/auth/me', undefined, times)).status).toBe(200)
      desk.site.move(minute)
      expect((await post('ack', { settled: refreshed.body.fingerprint })).status).toBe(204)
    }
    const token = visitor.cookie('refresh')
    expect(Number(token?.split('.')[3])).toBeGreaterThan(6)
    expect((await post('logout')).status).toBe(204)
    expect(visitor.cookie('refresh')).toBeUndefined()
  })
})

describe('a real proxy in front of two nodes', () => {
  /** A node; where it is told, it does its work and falls silent before it answers. */
  const serve = async (vigile: Vigile, publicUrl: string, isSilent: (path: string) => boolean) => {
    const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
      const response = await vigile.fetch(await requestOf(incoming, publicUrl), { address: '192.0.2.1' })
      if (isSilent(incoming.url ?? '')) return void incoming.socket.destroy()
      outgoing.writeHead(response.status, [...response.headers].flat())
      outgoing.end(Buffer.from(await response.arrayBuffer()))
    }
    const server = createServer((incoming, outgoing) => void answer(incoming, outgoing))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return server
  }
  const portOf = (server: Server) => (server.address() as AddressInfo).port

  test('PROTOCOL 12 I5 a node dies after its commit, and nginx repeats the request at the other: the same token', async () => {
    const site = await openSite('PostgreSQL and Redis')
    const silent = new Set<string>()
    const nodes = [site.vigile, await site.node()]
    const servers = await Promise.all(
      nodes.map((node, index) => serve(node, site.publicUrl, (path) => index === 0 && silent.has(path))),
    )
    const upstream = servers.map((server) => `server 127.0.0.1:${portOf(server)} max_fails=0;`).join(' ')
    const nginx = await startNginx(
      (port) => `
        upstream nodes { ${upstream} }
        server {
          listen 127.0.0.1:${port};
          location / { proxy_pass http://nodes; proxy_next_upstream error timeout non_idempotent; }
        }`,
    )
    try {
      const forward = async (request: Request): Promise<Response> =>
        fetch(request.url.replace(site.publicUrl, nginx.url), {
          method: request.method,
          headers: request.headers,
          ...(request.method === 'GET' ? {} : { body: await request.arrayBuffer() }),
        })
      const visitor = createVisitor({
        vigile: () => ({ fetch: forward }) as never,
        publicUrl: site.publicUrl,
        now: site.now,
        address: '192.0.2.1',
      })
      expect((await visitor.signUp('ada@example.com')).status).toBe(201)
      for (const path of ['refresh', 'ack']) silent.add(`/api/auth/${path}`)
      for (let visits = 0; visits < 6; visits += 1) {
        site.move(2 * hour)
        const { status, body } = await visitor.refresh()
        expect([status, body.rotated]).toEqual([200, true])
        expect((await visitor.ack()).status).toBe(204)
        expect((await visitor.me()).status).toBe(200)
      }
      // Each visit turned the session once, however often its request was sent.
      expect(visitor.cookie('refresh')?.split('.').slice(3, 5)).toEqual(['6', '0'])
    } finally {
      await nginx.stop()
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
      await site.close()
    }
  })
})

// Debian's nginx with the files of ops/nginx, in front of nodes that say what reached them.
import { createServer, type IncomingHttpHeaders, type Server, request as sendPlain } from 'node:http'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DeployedNginx, startDeployedNginx } from './deployed-nginx.ts'

const host = 'shop.example.com'
let nginx: DeployedNginx
let nodes: Server[]
let reached: IncomingHttpHeaders
let lose = false
let hang = false

type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly raw: readonly string[] }

const ask = (headers: Record<string, string> = {}, method = 'GET', port = nginx.port) =>
  new Promise<Reply>((resolve, reject) => {
    const to = { host: '127.0.0.1', port, path: '/x?y=1', servername: host, rejectUnauthorized: false }
    const asking = request({ ...to, method, headers: { host, ...headers }, agent: false }, (reply) => {
      reply.resume()
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, raw: reply.rawHeaders }))
    })
    asking.on('error', reject)
    asking.end()
  })
const shake = (options: { servername: string; maxVersion?: 'TLSv1.1'; minVersion?: 'TLSv1' }) =>
  new Promise<string>((resolve, reject) => {
    const weak = options.maxVersion ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}
    const socket = connect({ host: '127.0.0.1', port: nginx.port, rejectUnauthorized: false, ...weak, ...options })
    socket.once('secureConnect', () => {
      resolve(socket.getProtocol() ?? '')
      socket.destroy()
    })
    socket.once('error', reject)
  })

beforeAll(async () => {
  nodes = await Promise.all(
    [1, 2].map(async () => {
      const node = createServer((incoming, outgoing) => {
        reached = incoming.headers
        if (lose) {
          lose = false
          incoming.socket.destroy()
          return
        }
        if (hang) {
          hang = false
          return
        }
        outgoing.setHeader('Strict-Transport-Security', 'max-age=1')
        outgoing.setHeader(
          'Set-Cookie',
          Array.from({ length: 6 }, (_, index) => `c${index}=${'x'.repeat(1500)}`),
        )
        outgoing.end()
      })
      await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve))
      return node
    }),
  )
  nginx = await startDeployedNginx(nodes.map((node) => (node.address() as AddressInfo).port))
})
afterAll(async () => {
  await nginx?.stop()
  for (const node of nodes ?? []) node.closeAllConnections()
})

test('OPS-9 plain HTTP leads to HTTPS with the same method, and to no host that a client names', async () => {
  const plain = (name: string) =>
    new Promise<readonly [number | undefined, string | undefined]>((resolve, reject) => {
      const to = { host: '127.0.0.1', port: nginx.plainPort, path: '/x?y=1', headers: { host: name } }
      const asking = sendPlain(to, (reply) => resolve([reply.resume().statusCode, reply.headers.location]))
      asking.on('error', reject)
      asking.end()
    })
  expect(await plain(host)).toEqual([308, 'https://shop.example.com/x?y=1'])
  await expect(plain('evil.example')).rejects.toThrow('socket hang up')
})

test('OPS-9 TLS 1.2 and 1.3 for this host alone', async () => {
  expect(await shake({ servername: host })).toBe('TLSv1.3')
  await expect(shake({ servername: host, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })).rejects.toThrow(/protocol/)
  await expect(shake({ servername: 'evil.example' })).rejects.toThrow(/unrecognized/)
})

test('OPS-9 HSTS is said once, and an answer with large cookies passes', async () => {
  const { status, headers, raw } = await ask()
  expect(status).toBe(200)
  expect(headers['set-cookie']).toHaveLength(6)
  expect(raw.filter((name) => name.toLowerCase() === 'strict-transport-security')).toHaveLength(1)
  expect(headers['strict-transport-security']).toBe('max-age=63072000; includeSubDomains')
})

test('OPS-9 what a client says of itself does not arrive', async () => {
  await ask({
    'x-forwarded-for': '192.0.2.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'evil.example',
    forwarded: 'for=192.0.2.1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'x-original-uri': '/admin',
    'x-original-method': 'GET',
  })
  expect(reached).toEqual({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'https', host })
})

test('OPS-9 a request that a node took and did not answer goes to the other one, a change never twice', async () => {
  lose = true
  expect((await ask()).status).toBe(200)
  lose = true
  const { status, headers } = await ask({}, 'POST')
  expect(status).toBe(502)
  expect(headers['strict-transport-security']).toBeDefined()
})

test('OPS-9 a node that takes a request and hangs is waited for no longer than it ever answers honestly', async () => {
  let seconds = 0
  const short = await startDeployedNginx(
    nodes.map((node) => (node.address() as AddressInfo).port),
    {
      edit: (files) =>
        files.replace(/proxy_read_timeout (\d+)s;/, (_, said) => {
          seconds = Number(said)
          return 'proxy_read_timeout 500ms;'
        }),
    },
  )
  try {
    // Vigile's own 503 comes within 10 s (decisions/0010), the client gives up after 15.
    expect(seconds).toBeGreaterThan(10)
    expect(seconds).toBeLessThan(15)
    hang = true
    expect((await ask({}, 'GET', short.port)).status).toBe(200)
    hang = true
    expect((await ask({}, 'POST', short.port)).status).toBe(504)
  } finally {
    await short.stop()
  }
})

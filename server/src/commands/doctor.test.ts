// `vigile doctor` against a site that answers as its test tells it to.

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { securityHeaders } from '@vigile/engine'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Finding } from '../doctor/examine.ts'
import { createFakeVigile } from '../fake-vigile.suite.ts'
import { call } from './call.suite.ts'

type Reply = (request: IncomingMessage, response: ServerResponse) => void

const server = createServer((request, response) => reply(request, response))
let url: string
let reply: Reply
let forgedAs: string | null

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  forgedAs = null
  reply = sound
})

const sound: Reply = (request, response) => {
  const path = request.url ?? ''
  for (const [name, value] of Object.entries(securityHeaders(true))) response.setHeader(name, value)
  response.setHeader('Content-Security-Policy', "default-src 'self'; frame-ancestors 'none'")
  if (path === '/sign-in') return void response.end('<!doctype html>')
  if (path === '/api/auth/csrf') {
    response.setHeader('Set-Cookie', '__Host-vigile_csrf=x; Path=/; Secure; SameSite=Strict')
    return void response.end('{}')
  }
  if (path === '/api/auth/login') {
    forgedAs = String(request.headers['x-forwarded-for'])
    response.setHeader('X-Request-Id', 'request-of-the-doctor')
  }
  response.writeHead(path === '/metrics' ? 404 : 401).end()
}

const settings = (more: Record<string, string> = {}) => ({
  NODE_ENV: 'production',
  VIGILE_PUBLIC_URL: 'https://shop.example.com',
  VIGILE_SECRET: 'R3kV9q0YtZ1xC7uB5nM2wE8rT4yU6iOpA1sD3fG5hJ7kL9zXq2W4e6R8t0Y1u3I5',
  DATABASE_URL: 'postgres://vigile@127.0.0.1:1/vigile',
  SMTP_URL: 'smtp://127.0.0.1:2525',
  ...more,
})

/** `counted`: the address on record for the sign-in that the doctor tries. */
const engine = (counted: () => string | null) => {
  const fake = createFakeVigile()
  const entry = {
    ...{ id: 'a', at: 0, userId: null, actorId: null, action: 'session:sign-in:failed', resource: null },
    ...{ resourceId: null, details: {}, userAgent: null, requestId: 'request-of-the-doctor', position: null },
  }
  const now = Date.now()
  return createFakeVigile({
    overrides: {
      migrationState: async () => ({ pending: [], applied: ['0001-first'] }),
      readiness: async () => ({ status: 'ok', parts: { database: 'ok', migrations: 'ok', writes: 'ok' } }),
      keys: {
        ...fake.keys,
        list: async () => [{ id: 'key', algorithm: 'EdDSA', createdAt: now, signsFrom: now, state: 'signing' }],
      },
      jobs: { ...fake.jobs, last: async () => ({ at: now - 3_600_000, result: {} }) },
      audit: { ...fake.audit, search: async () => ({ entries: [{ ...entry, ip: counted() }], next: null }) },
    },
  })
}
const examine = async (more: Parameters<typeof call>[1] = {}) => {
  const { exitCode, output } = await call(`doctor ${url} --json`, {
    environment: settings(),
    fake: engine(() => '127.0.0.1'),
    ...more,
  })
  const value = JSON.parse(output) as { ok: boolean; findings: Finding[] }
  const of = (check: string) => value.findings.filter((one) => one.check === check).map(({ status }) => status)
  return { exitCode, of, ...value }
}

test('OPS-3 a table with what to do, the sum, and exit 1 where something fails; French where the terminal is', async () => {
  const { exitCode, output, errors } = await call(`doctor ${url}`, {
    environment: settings(),
    fake: engine(() => '127.0.0.1'),
  })
  expect([exitCode, errors]).toEqual([1, ''])
  expect(output).toMatch(/^ {2}fail {2}http:\/\/127\.0\.0\.1:\d+ is not HTTPS: .*\s+(→ )?put TLS in front/)
  expect(output).toMatch(/^ {2}pass {2}last backup is 1 hour old$/m)
  expect(output).toMatch(/^ {2}\d+ pass, \d warn, 1 fail$/m)
  const french = await call(`doctor ${url}`, {
    environment: settings({ LANG: 'fr_FR' }),
    fake: engine(() => '127.0.0.1'),
  })
  expect(french.output).toMatch(/^ {2}faute {2}http:\S+ n’est pas en HTTPS/m)
})

test('OPS-3 --json: what was found, by the name of the check', async () => {
  const { exitCode, ok, of, findings } = await examine()
  expect([exitCode, ok, of('transport'), of('proxy'), of('routes')]).toEqual([1, false, ['fail'], ['pass'], ['pass']])
  expect(findings.filter(({ status }) => status === 'fail')).toHaveLength(1)
  expect(forgedAs).toBe('192.0.2.66')
})

test('OPS-3 a forged header that was counted', async () => {
  expect((await examine({ fake: engine(() => forgedAs) })).of('proxy')).toEqual(['fail'])
})

test.each([-60, 60])('OPS-3 a server whose clock is %d s off', async (seconds) => {
  reply = (request, response) => {
    response.setHeader('Date', new Date(Date.now() + seconds * 1000).toUTCString())
    sound(request, response)
  }
  const { of, findings } = await examine()
  expect(of('clock')).toEqual(['fail'])
  const said = seconds > 0 ? 'ahead of' : 'behind'
  expect(findings.find(({ check }) => check === 'clock')?.text).toMatch(
    new RegExp(`^the server's clock is \\d+ s ${said}`),
  )
})

test('OPS-3 a policy, an origin, a route and metrics that a proxy opens', async () => {
  reply = (request, response) => {
    if (request.url === '/metrics') return void response.end('# HELP vigile_ready 1\n')
    if (request.url === '/api/admin/users') return void response.end('[]')
    const { setHeader } = response
    response.setHeader = (name, value) =>
      setHeader.call(response, name, name === 'Content-Security-Policy' ? `${value}; style-src 'unsafe-inline'` : value)
    setHeader.call(response, 'Access-Control-Allow-Origin', '*')
    return sound(request, response)
  }
  const { of, findings } = await examine()
  expect([of('headers'), of('routes'), of('metrics')]).toEqual([['fail', 'fail'], ['fail'], ['fail']])
  expect(findings.find(({ check }) => check === 'routes')?.text).toContain('GET /api/admin/users')
})

test('OPS-3 a node whose letters are not taken says so at /health/ready', async () => {
  reply = (request, response) =>
    request.url === '/health/ready'
      ? void response.end(JSON.stringify({ status: 'degraded', parts: { database: 'ok', mail: 'degraded' } }))
      : sound(request, response)
  expect((await examine()).of('mail')).toEqual(['fail'])
})

test('OPS-3 weak secrets and a public URL without TLS are named although nothing can be opened, and never repeated', async () => {
  const secret = 'your-super-secret-key-change-this-in-production'
  const fake = engine(() => null)
  const environment = settings({ VIGILE_SECRET: secret, VIGILE_PUBLIC_URL: 'http://shop.example.com' })
  const { exitCode, findings } = await examine({ environment, fake })
  expect(exitCode).toBe(1)
  const texts = findings.filter(({ check }) => check === 'configuration').map(({ text }) => text)
  expect(texts).toEqual([expect.stringContaining('VIGILE_PUBLIC_URL'), expect.stringContaining('VIGILE_SECRET')])
  expect(JSON.stringify(findings)).not.toContain(secret)
  expect(fake.calls).toEqual([])
})

test('OPS-3 a pending migration is said, and nothing is migrated', async () => {
  const fake = createFakeVigile({ overrides: { migrate: () => Promise.reject(new Error('not asked for')) } })
  const { findings } = await examine({ fake })
  expect(findings.find(({ check }) => check === 'database')?.text).toBe('migrations are pending: 0001-first')
  expect(fake.calls).toEqual(['close'])
})

test('OPS-3 without settings only the outside is examined; an address where nobody is fails', async () => {
  const { of } = await examine({ environment: {} })
  expect([of('configuration'), of('database'), of('cookies')]).toEqual([['warn'], [], ['pass']])
  const { exitCode, output } = await call('doctor http://127.0.0.1:1', {})
  expect([exitCode, output]).toEqual([1, expect.stringContaining('gives no answer')])
  for (const wrong of ['not-a-url', 'https://shop.example.com/base', 'https://a:b@shop.example.com', 'ftp://shop'])
    expect(await call(`doctor ${wrong}`)).toMatchObject({ exitCode: 2, errors: expect.stringContaining('https://') })
})

test('OPS-3 what looks makes nothing: no secret, no database', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vigile-doctor-'))
  const environment = { VIGILE_PUBLIC_URL: 'http://localhost:3000' }
  for (const line of [`doctor ${url}`, `doctor ${url} --json`, 'config check', 'routes'])
    for (const given of [{}, environment]) await call(line, { folder, environment: given })
  const { output } = await call(`doctor ${url} --json`, { folder, environment })
  const { findings } = JSON.parse(output) as { findings: Finding[] }
  expect(findings.filter(({ check }) => check === 'database')).toMatchObject([
    { status: 'fail', text: expect.stringContaining('vigile.db') },
  ])
  expect(await readdir(folder)).toEqual([])
  await rm(folder, { recursive: true })
})

test('OPS-3 --sign-in: its password is asked for, sent once, and never shown', async () => {
  const bodies: string[] = []
  reply = (request, response) => {
    request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()))
    sound(request, response)
  }
  const email = 'doctor@shop.example.com'
  const { output, errors, exitCode } = await call(`doctor ${url} --json --sign-in ${email}`, {
    typed: ['correct horse'],
  })
  const { findings } = JSON.parse(output) as { findings: Finding[] }
  expect(findings.filter(({ check }) => check === 'sign_in')).toMatchObject([
    { status: 'fail', text: `the sign-in of ${email} was answered 401` },
  ])
  expect(exitCode).toBe(1)
  expect(bodies.filter((body) => body.includes('correct horse'))).toEqual([
    JSON.stringify({ email, password: 'correct horse' }),
  ])
  expect(output + errors).not.toContain('correct horse')
})

test('OPS-3 attack: --sign-in sends no password over plain HTTP to another machine, whatever it is called', async () => {
  for (const address of ['http://shop.example.com', 'http://127.0.0.1.evil.example', 'http://localhost.evil.example']) {
    const line = `doctor ${address} --json --sign-in ada@example.com --password-stdin`
    const { exitCode, output } = await call(line, { input: 'correct horse' })
    expect([exitCode, JSON.parse(output).error]).toEqual([2, 'needs_https'])
  }
})

// The program as people run it: a process, a terminal's environment, signals, and commands beside it.
import { execFileSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { freshDatabase } from '../../tests/services/run.ts'
import { type Spawned, spawnVigile } from './spawned.suite.ts'

let folder: string
let running: Spawned[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigile-program-'))
  running = []
})
afterEach(async () => {
  for (const { child, ended } of running) {
    child.kill('SIGKILL')
    await ended
  }
  await rm(folder, { recursive: true })
})

const run = (line: string, environment: Record<string, string> = {}, input?: string) => {
  const spawned = spawnVigile(line, { folder, environment, ...(input === undefined ? {} : { input }) })
  running.push(spawned)
  return spawned
}

/** Starts it at a free port; gives its address once it is ready. */
const start = async (environment: Record<string, string> = {}) => {
  const server = run('start', { PORT: '0', ...environment })
  const [, url = ''] = await server
    .says(/is ready +(http:\S+)|"url":"(http:[^"]+)"/)
    .then((found) => found.filter(Boolean))
  return { ...server, url }
}

const post = (url: string, body: object) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

const production = {
  NODE_ENV: 'production',
  VIGILE_PUBLIC_URL: 'https://auth.example.com',
  VIGILE_SECRET: 'R3kV9q0YtZ1xC7uB5nM2wE8rT4yU6iOpA1sD3fG5hJ7kL9zX',
}

const freePort = async (): Promise<number> => {
  const place = createServer()
  await new Promise<void>((resolve) => place.listen(0, '127.0.0.1', resolve))
  const { port } = place.address() as AddressInfo
  await new Promise((resolve) => place.close(resolve))
  return port
}

const password = 'a passphrase for this test'
const register = (url: string, email: string) => post(`${url}/api/auth/register`, { email, password })
const cookiesOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')

/** A sign-in whose body is sent in two halves: in flight for as long as the second is kept back. */
const halfSent = async (url: string, email: string) => {
  const body = JSON.stringify({ email, password })
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk.toString()
  })
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => {})
  const head = `POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`
  // The 100 says that the request has reached the server.
  await new Promise((resolve) => {
    socket.once('data', resolve)
    socket.write(head)
  })
  socket.write(body.slice(0, 10))
  return { finish: () => socket.write(body.slice(10)), answer: () => answer, closed }
}

describe('vigile start', () => {
  test('OPS-1 on a bare machine: shows where it is and what exists, and people can sign up', async () => {
    const server = await start()
    expect(server.output()).toContain(`  sign up                    ${server.url}/sign-up\n`)
    expect(server.output()).toContain('./data/vigile.db (embedded; set DATABASE_URL for PostgreSQL)')
    // S-14: the way to the first administrator, and no default account. What is no terminal is a log, which is read by many.
    expect(server.output()).toMatch(/^ {2}administration {13}vigile users create .* --role admin$/m)
    expect(server.output()).not.toContain('/claim')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
    expect(server.output()).not.toMatch(/\u001b/)
    expect((await register(server.url, 'ada@example.com')).status).toBe(201)
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
  })

  test('OPS-4 production logs JSON alone, and neither password nor token is in it', async () => {
    const environment = {
      ...production,
      VIGILE_EMAIL_VERIFICATION: 'off',
      VIGILE_DRAIN_SECONDS: '0',
      LOG_LEVEL: 'debug',
    }
    const server = await start(environment)
    const registered = await register(server.url, 'ada@example.com')
    expect(registered.status).toBe(201)
    await fetch(`${server.url}/api/auth/me?token=in-the-query`, { headers: { cookie: cookiesOf(registered) } })
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    const lines = server
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'info', msg: 'request', path: '/api/auth/register', status: 201 }),
    )
    expect(lines.at(-1)).toMatchObject({ msg: 'stopped' })
    const secrets = [
      password,
      'in-the-query',
      environment.VIGILE_SECRET,
      ...registered.headers.getSetCookie().map((cookie) => cookie.split(/[=;]/)[1] ?? ''),
    ]
    for (const secret of secrets.filter(({ length }) => length > 1)) expect(server.output()).not.toContain(secret)
  })

  test('a busy port: what to do about it, in the language of the terminal, exit 1', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const server = run('start', { PORT: String(port), LC_ALL: 'fr_FR.UTF-8' })
    expect(await server.ended).toBe(1)
    expect(server.errors()).toContain(`Le port ${port} est occupé.`)
    expect(server.errors()).toContain(`PORT=${port + 1} vigile start`)
    other.close()
  })

  test('an address of the metrics that is not this machine’s: that setting is named, and nothing is served without them', async () => {
    for (const environment of [{ METRICS_PORT: '0' }, { ...production, DATABASE_URL: `file:${join(folder, 'db')}` }]) {
      const server = run('start', { PORT: '0', METRICS_HOST: '192.0.2.1', ...environment })
      expect(await server.ended).toBe(2)
      expect(server.errors() + server.output()).toContain('METRICS_HOST')
    }
  })

  test('a second server on the same embedded file is refused, with what to do', async () => {
    await start()
    const second = run('start', { PORT: '0' })
    expect(await second.ended).toBe(1)
    expect(second.errors()).toContain('PostgreSQL')
  })

  test('OPS-1 every fault of the configuration is shown, exit 2', async () => {
    const server = run('start', { NODE_ENV: 'production', VIGILE_PUBLIC_URL: 'http://auth.example.com', PORT: 'x' })
    expect(await server.ended).toBe(2)
    for (const name of ['PORT', 'VIGILE_PUBLIC_URL', 'VIGILE_SECRET']) expect(server.errors()).toContain(name)
    expect(server.output()).toBe('')
  })
})

describe('S-90 while a part is down', () => {
  test('whoever reads the log goes away: the server goes on', async () => {
    const server = await start(production)
    server.child.stdout?.destroy()
    for (let n = 0; n < 20; n += 1) expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
    expect(server.child.exitCode).toBeNull()
  })

  test('without its database it starts, answers 503, and serves as soon as it is there', async () => {
    const port = await freePort()
    const database = new URL(await freshDatabase())
    const away = new URL(database)
    away.host = `127.0.0.1:${port}`
    expect(await run('migrate', { ...production, DATABASE_URL: database.href }).ended).toBe(0)
    const server = await start({ ...production, DATABASE_URL: away.href })
    const ready = () => fetch(`${server.url}/health/ready`)
    const answer = await ready()
    expect([answer.status, answer.headers.has('retry-after')]).toEqual([503, true])
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
    const link = createServer((socket) => {
      const to = connect(Number(database.port), database.hostname)
      socket.pipe(to).pipe(socket)
      for (const end of [socket, to]) end.on('error', () => {})
    })
    await new Promise<void>((resolve) => link.listen(port, '127.0.0.1', resolve))
    await expect.poll(async () => (await ready()).status, { timeout: 20_000 }).toBe(200)
    link.close()
  })

  test('OPS-7 who comes while it starts waits, and is answered', async () => {
    const port = await freePort()
    run('start', { PORT: String(port) })
    const first = async () => (await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null))?.status ?? null
    let status: number | null = null
    while (status === null) status = await first()
    expect(status).toBe(200)
  })
})

describe('OPS-7 the end', () => {
  test('SIGTERM during a request: it is answered in full, then the process ends with 0', async () => {
    const server = await start()
    await register(server.url, 'ada@example.com')
    const request = await halfSent(server.url, 'ada@example.com')
    server.child.kill('SIGTERM')
    await server.says(/"msg":"stopping"/)
    await expect(fetch(server.url)).rejects.toThrow()
    request.finish()
    await request.closed
    expect(request.answer()).toMatch(/HTTP\/1.1 200 OK[\s\S]*Connection: close[\s\S]*"fingerprint"/i)
    expect(await server.ended).toBe(0)
    expect(server.output()).toContain('"msg":"stopped"')
  })

  test('before the end it says to load balancers that it is not ready, and still answers', async () => {
    const server = await start({ VIGILE_DRAIN_SECONDS: '1' })
    server.child.kill('SIGINT')
    await server.says(/"msg":"stopping"/)
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(503)
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
    expect((await register(server.url, 'ada@example.com')).status).toBe(201)
    expect(await server.ended).toBe(0)
  })

  test('a request that never ends is cut after its time', async () => {
    const server = await start({ VIGILE_STOP_SECONDS: '1' })
    await halfSent(server.url, 'ada@example.com')
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    expect(server.output()).toContain('"cut":1')
  })

  test('OPS-7 a file that hangs (a folder of another machine’s) keeps no process from its end, nor from its exit code', async () => {
    execFileSync('mkfifo', [join(folder, 'hangs')])
    const hanging =
      "import('node:fs/promises').then(({ readFile }) => readFile('hangs'))\nexport default { name: 'Shop' }\n"
    await writeFile(join(folder, 'vigile.config.mjs'), hanging)
    expect(await run('config check', { SMTP_URL: 'nonsense' }).ended).toBe(2)
    const server = await start()
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
  })

  test('OPS-7 SIGTERM ends a server whose log is on a full disk', async () => {
    const port = await freePort()
    const full = openSync('/dev/full', 'w')
    const environment = { ...production, PORT: String(port), VIGILE_DRAIN_SECONDS: '0' }
    const server = spawnVigile('start', { folder, environment, output: full })
    running.push(server)
    closeSync(full)
    await vi.waitFor(() => register(`http://127.0.0.1:${port}`, 'ada@example.com'), { timeout: 30_000 })
    server.child.kill('SIGTERM')
    const killed = setTimeout(() => server.child.kill('SIGKILL'), 40_000)
    expect(await server.ended.finally(() => clearTimeout(killed))).toBe(0)
  }, 100_000)

  test('a second signal ends it at once; one that npm repeats does not', async () => {
    const server = await start()
    await halfSent(server.url, 'ada@example.com')
    server.child.kill('SIGINT')
    server.child.kill('SIGINT')
    await server.says(/"msg":"stopping"/)
    await new Promise((resolve) => setTimeout(resolve, 700))
    expect(server.child.exitCode).toBeNull()
    server.child.kill('SIGINT')
    expect(await server.ended).toBe(130)
  })
})

describe('commands beside the running server', () => {
  test('TOK-5 disabling a user ends the session at the server, at once', async () => {
    const server = await start()
    const created = run('users create ada@example.com --password-stdin --json', {}, password)
    expect(await created.ended).toBe(0)
    const signedIn = await post(`${server.url}/api/auth/login`, { email: 'ada@example.com', password })
    expect(signedIn.status).toBe(200)
    const me = () => fetch(`${server.url}/api/auth/me`, { headers: { cookie: cookiesOf(signedIn) } })
    expect((await me()).status).toBe(200)
    const disabled = run('users disable ada@example.com --json')
    expect(await disabled.ended).toBe(0)
    expect(JSON.parse(disabled.output())).toMatchObject({ endedSessions: 1 })
    expect((await me()).status).toBe(401)
  })

  test('ACC-1 an import of hashes from another system: people sign in with their passwords', async () => {
    const server = await start()
    const line = { email: 'old@example.com', name: 'Old', passwordHash: '$2a$05$damaged', emailVerified: true }
    const refused = run('users import - --json', {}, JSON.stringify(line))
    expect(await refused.ended).toBe(1)
    expect(JSON.parse(refused.output())).toMatchObject({ error: 'bad_lines', lines: [{ line: 1 }] })
    // A test vector of crypt_blowfish, for the password U*U.
    const passwordHash = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'
    const good = { ...line, passwordHash }
    const imported = run('users import - --json', {}, JSON.stringify(good))
    expect(await imported.ended).toBe(0)
    const answer = await post(`${server.url}/api/auth/login`, { email: 'old@example.com', password: 'U*U' })
    expect(answer.status).toBe(200)
  })

  test('before the first start: which command prepares the database', async () => {
    const list = run('users list')
    expect([await list.ended, list.errors()]).toEqual([1, expect.stringContaining('vigile migrate')])
    const migrated = run('migrate --json')
    expect(await migrated.ended).toBe(0)
    expect(JSON.parse(migrated.output()).applied.length).toBeGreaterThan(0)
    const again = run('users list')
    expect([await again.ended, again.output()]).toEqual([0, 'No users.\n'])
  })
})

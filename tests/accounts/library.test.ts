// The engine as a library: what it refuses at start, how it opens, works beside others, and ends.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ConfigurationError, createVigile, type UserId, type Vigile, type VigileOptions } from '@vigile/engine'
import { createTestVigile } from '@vigile/engine/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Folder, temporaryFolder } from '../services/place.ts'
import { createDatabase, startPostgres } from '../services/postgres.ts'
import { startRedis } from '../services/redis.ts'
import { openSite, type Site, storeKinds, testSecret } from '../support/site.ts'
import { createVisitor, goodPassword } from '../support/visitor.ts'

/** What other nodes see comes soon (TOK-6); a busy machine may take its time. */
const patience = { timeout: 5_000 }

const by = { kind: 'application', name: 'test' } as const
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

let folder: Folder
beforeAll(async () => {
  folder = await temporaryFolder('library')
})
afterAll(() => folder?.remove())

let files = 0
const optionsFor = (more: Partial<VigileOptions> = {}): VigileOptions => {
  files += 1
  const database = `file:${join(folder.path, `${files}.db`)}`
  return { publicUrl: 'http://localhost:3000', secrets: testSecret, production: false, database, log, ...more }
}
/** An engine that is closed at the end of the test. */
const open = (more: Partial<VigileOptions> = {}): Vigile => {
  const vigile = createVigile(optionsFor(more))
  onTestFinished(() => vigile.close())
  return vigile
}
const visitorOf = (vigile: Vigile, app = 'vigile', address = '192.0.2.1') =>
  createVisitor({ vigile: () => vigile, publicUrl: 'http://localhost:3000', now: Date.now, address, app })

const faultsOf = (options: unknown): ConfigurationError['faults'] => {
  try {
    void createVigile(options as VigileOptions).close()
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults
    throw error
  }
  throw new Error('nothing was refused')
}

describe('what is refused at start', () => {
  test('OPS-1 every fault is named at once, with what would be right, and nothing is opened', () => {
    const options = optionsFor({
      publicUrl: 'shop.example.com',
      secrets: '',
      redis: 'localhost:6379',
      app: 'My App',
      authPath: 'auth',
      pool: { max: 0, waitSeconds: -1 },
      cookies: { domain: 'com' },
      sessions: { accessLife: '1s', perUser: 0, protocol: { flushed: 5 } },
      passwords: { minimumLength: 4, argon2: { memoryKiB: 1_024 }, breachUrl: 'http://user:hunter2@example.com/' },
      limits: { rules: { signInIP: null, signUpIp: { limit: 0, windowSeconds: 60 } }, allow: ['everyone'] },
      trustedProxies: ['10.0.0.0/99'],
      allowedOrigins: ['https://elsewhere.example.org'],
      cleanUpAt: 'at two',
    })
    const faults = faultsOf(options)
    expect(faults.map(({ setting }) => setting).sort()).toEqual(
      [
        'REDIS_URL',
        'VIGILE_LIMITS_ALLOW',
        'VIGILE_PUBLIC_URL',
        'VIGILE_SECRET',
        'VIGILE_TRUSTED_PROXIES',
        'allowedOrigins',
        'app',
        'authPath',
        'cleanUpAt',
        'cookies.domain',
        'limits.rules.signInIP',
        'limits.rules.signUpIp',
        'passwords.argon2',
        'passwords.breachUrl',
        'passwords.minimumLength',
        'pool.max',
        'pool.waitSeconds',
        'sessions.accessLife',
        'sessions.perUser',
        'sessions.protocol',
        'sessions.protocol',
      ].sort(),
    )
    for (const { wrong, right } of faults) expect([wrong.length > 5, right.length > 5]).toEqual([true, true])
    expect(JSON.stringify(faults)).not.toContain('hunter2')
    expect(existsSync(String(options.database).slice(5))).toBe(false)
  })

  test.each([
    ['no secret', { secrets: undefined }, 'VIGILE_SECRET'],
    ['an empty one of several', { secrets: [testSecret, ''] }, 'VIGILE_SECRET'],
    ['a short one in production', { secrets: 'short', production: true }, 'VIGILE_SECRET'],
    ['plain http in production', { publicUrl: 'http://shop.example.com', production: true }, 'VIGILE_PUBLIC_URL'],
    ['a database of another kind', { database: 'mysql://localhost/vigile' }, 'DATABASE_URL'],
    ['an idle life over the absolute', { sessions: { idleLife: '31d' } }, 'sessions.idleLife'],
    ['two cookies of one name', { cookies: { names: { csrf: 'vigile_access' } } }, 'cookies.names'],
    ['Argon2 below the minimum of OWASP', { passwords: { argon2: { iterations: 1 } } }, 'passwords.argon2'],
  ] as const)('OPS-1 S-24 %s', (_, more, setting) => {
    expect(faultsOf(optionsFor(more as Partial<VigileOptions>)).map((fault) => fault.setting)).toEqual([setting])
  })

  test('OPS-1 secrets that are read later are refused when they are', async () => {
    let secrets = ['short']
    const vigile = open({ production: true, publicUrl: 'https://shop.example.com', secrets: async () => secrets })
    await expect(vigile.ready()).rejects.toThrow(/VIGILE_SECRET/)
    secrets = [testSecret]
    await vigile.ready()
  })

  test('a second server on the same embedded database is refused, until the first is closed', async () => {
    const options = optionsFor()
    const first = createVigile(options)
    await first.ready()
    expect(() => createVigile(options)).toThrow(/Another Vigile server .*DATABASE_URL/)
    await first.close()
    await open({ database: options.database }).ready()
  })
})

describe('opening', () => {
  test('every act waits until the engine is open; nobody has to ask', async () => {
    const vigile = open()
    const made = await vigile.users.create({ email: 'ada@example.com', password: goodPassword }, by)
    expect(made).toMatchObject({ ok: true, value: { email: 'ada@example.com' } })
    expect((await visitorOf(open()).signUp('ada@example.com')).status).toBe(201)
    expect((await open().users.list({})).users).toEqual([])
    expect((await open().keys.list()).map(({ state }) => state)).toEqual(['signing'])
    expect(await open().cleanUp(by)).toMatchObject({ sessions: 0, devices: 0 })
  })

  test('OPS-6 a database that was down comes back, and so does the engine: 503 until then, nothing lost', async () => {
    const postgres = await startPostgres()
    onTestFinished(() => postgres.stop())
    const database = await createDatabase(postgres.url)
    await postgres.kill()
    const vigile = open({ database })
    await expect(vigile.ready()).rejects.toThrow(/PostgreSQL/)
    await expect(vigile.users.list({})).rejects.toThrow(/PostgreSQL/)
    const ada = visitorOf(vigile)
    const down = await ada.signIn('ada@example.com')
    expect([down.status, down.body.code, down.headers.get('retry-after')]).toEqual([503, 'unavailable', '2'])
    expect(await vigile.readiness()).toMatchObject({ status: 'down', parts: { database: 'down' } })
    expect((await ada.get('/health/live')).status).toBe(200)
    await postgres.restart()
    const unmigrated = await ada.signUp('ada@example.com')
    expect([unmigrated.status, unmigrated.setCookies]).toEqual([503, []])
    await expect(vigile.ready()).rejects.toThrow(/vigile migrate/)
    expect((await vigile.migrationState()).pending).not.toEqual([])
    await Promise.all([vigile.migrate(), vigile.migrate()])
    expect((await ada.signUp('ada@example.com')).status).toBe(201)
    expect((await ada.me()).status).toBe(200)
    await expect.poll(async () => (await vigile.readiness()).parts.database, patience).toBe('ok')
  })

  test('a command is no server: it does not migrate, and says who should', async () => {
    const vigile = open({ role: 'command' })
    await expect(vigile.users.list({})).rejects.toThrow(/vigile migrate/)
    await vigile.migrate()
    expect((await vigile.users.list({})).users).toEqual([])
  })
})

describe('beside others', () => {
  test('several engines in one process share nothing', async () => {
    const secrets = ['shop', 'blog'].map((name) => `${name}-${testSecret}`)
    const shop = open({ app: 'shop', name: 'Shop', secrets: secrets[0] })
    const blog = open({ app: 'blog', name: 'Blog', secrets: secrets[1] })
    const [buyer, reader] = [visitorOf(shop, 'shop'), visitorOf(blog, 'blog')]
    await Promise.all([buyer.signUp('ada@example.com'), reader.signUp('ada@example.com')])
    expect([(await buyer.me()).status, (await reader.me()).status]).toEqual([200, 200])
    expect(buyer.jar.all().every(({ name }) => name.startsWith('shop_'))).toBe(true)
    // A cookie of one, under the name that the other reads.
    const path = '/'
    reader.jar.put({ name: 'blog_access', value: buyer.cookie('access') as string, path })
    expect((await reader.me()).status).toBe(401)
    reader.jar.put({ name: 'blog_refresh', value: buyer.cookie('refresh') as string, path: '/api/auth' })
    expect((await reader.refresh()).status).toBeGreaterThanOrEqual(401)
    await shop.close()
    expect((await visitorOf(blog, 'blog').signIn('ada@example.com')).status).toBe(200)
  })

  test('a command acts beside a running server, which sees it at once', async () => {
    const { database } = optionsFor()
    const server = open({ database })
    const ada = visitorOf(server)
    const { id } = (await ada.signUp('ada@example.com')).body.user as { id: UserId }
    expect((await ada.me()).status).toBe(200)
    const command = createVigile(optionsFor({ database, role: 'command' }))
    const made = await command.users.create({ email: 'eve@example.com', password: goodPassword }, by)
    expect(made.ok).toBe(true)
    expect((await visitorOf(server).signIn('eve@example.com')).status).toBe(200)
    expect(await command.users.disable(id, by)).toEqual({ ok: true, value: { endedSessions: 1 } })
    expect((await ada.me()).status).toBe(401)
    expect((await ada.signIn('ada@example.com')).status).toBe(401)
    await command.close()
    expect((await visitorOf(server).signUp('bob@example.com')).status).toBe(201)
  })
})

describe.each(storeKinds)('limits of the application, on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind)
  })
  afterAll(() => site?.close())

  test('LIM-8 an application limits its own acts, on every node, key by key', async () => {
    const nodes = kind === 'embedded' ? [site.vigile] : [site.vigile, await site.node()]
    const rule = { limit: 5, windowSeconds: 900 }
    const counts = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (nodes[index % nodes.length] as Vigile).limits.check('export:ada', rule),
      ),
    )
    expect(counts.filter(({ allowed }) => allowed)).toHaveLength(5)
    expect(await site.vigile.limits.check('export:eve', rule)).toMatchObject({ allowed: true, remaining: 4 })
    const refused = await site.vigile.limits.check('export:ada', rule)
    expect(refused).toMatchObject({ allowed: false, remaining: 0 })
    expect(refused.resetMs).toBeGreaterThan(890_000)
  })

  test('LIM-8 a limit that would never refuse is misuse', async () => {
    for (const rule of [
      { limit: 5, windowSeconds: 0 },
      { limit: 0, windowSeconds: 60 },
      { limit: Number.POSITIVE_INFINITY, windowSeconds: 60 },
      { limit: 5, windowSeconds: 31 * 86_400 },
      { limit: Number.NaN, windowSeconds: 60 },
    ])
      await expect(site.vigile.limits.check('key', rule)).rejects.toThrow(RangeError)
  })
})

describe('the end', () => {
  test('closed is closed: 503, never an answer that ends a session; closing twice is closing once', async () => {
    const vigile = createVigile(optionsFor())
    const ada = visitorOf(vigile)
    await ada.signUp('ada@example.com')
    vigile.startJobs()
    vigile.startJobs()
    vigile.drain()
    expect(await vigile.readiness()).toMatchObject({ status: 'down', parts: { shutdown: 'down' } })
    // A load balancer looks elsewhere, and what comes all the same is served.
    expect((await ada.me()).status).toBe(200)
    await Promise.all([vigile.close(), vigile.close()])
    for (const reply of [await ada.me(), await ada.refresh(), await ada.signIn('ada@example.com')])
      expect([reply.status, reply.setCookies]).toEqual([503, []])
    await expect(vigile.users.list({})).rejects.toThrow(/closed/)
    await expect(vigile.ready()).rejects.toThrow(/closed/)
    await vigile.close()
  })

  test('an engine that was never opened closes too', async () => {
    const options = optionsFor()
    await createVigile(options).close()
    await open({ database: options.database }).ready()
  })

  test.each(storeKinds)('OPS-7 after close nothing keeps the process from its end, on %s', async (kind) => {
    const redis = kind === 'embedded' ? null : await startRedis()
    const postgres = kind === 'embedded' ? null : await startPostgres()
    onTestFinished(async () => {
      await redis?.stop()
      await postgres?.stop()
    })
    const { log: _, secrets, ...options } = optionsFor()
    const given = { ...options, ...(postgres && { database: postgres.url }), ...(redis && { redis: redis.url }) }
    const program = new URL('./process-that-closes.suite.ts', import.meta.url).pathname
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@vigile/source', program, JSON.stringify(given)],
      { timeout: 50_000, env: { ...process.env, VIGILE_SECRET: String(secrets), LOG_LEVEL: 'info' } },
    )
    const lines = stdout.trim().split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ answered: 201, ended: 'by itself' })
    // The log of its own: a line of JSON for each request, and none that complains about the end.
    const logged = lines.slice(0, -1).map((line) => JSON.parse(line))
    expect(logged.some(({ msg, status }) => msg === 'request' && status === 201)).toBe(true)
    expect(logged.filter(({ level }) => level >= 40)).toEqual([])
  })
})

test('the clock of a test engine moves its time and nobody else’s', async () => {
  const { vigile, clock } = createTestVigile(optionsFor())
  onTestFinished(() => vigile.close())
  const ada = visitorOf(vigile)
  await ada.signUp('ada@example.com')
  clock.move(16 * 60_000)
  expect((await ada.me()).status).toBe(401)
  expect((await ada.refresh()).status).toBe(200)
  expect((await ada.me()).status).toBe(200)
  expect((await visitorOf(open()).signUp('ada@example.com')).body.user.createdAt).toBeLessThan(Date.now() + 60_000)
})

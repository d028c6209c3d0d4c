import { describe, expect, test } from 'vitest'
import { ConfigurationError, type ConfigurationFault } from '../configuration-error.ts'
import { faultIn } from '../messages/fault.ts'
import { noMeter } from '../meter/meter.ts'
import { unsafePlainHttp, type VigileOptions } from '../options.ts'
import { silentLog } from '../primitives/log.ts'
import { resolveSettings } from './settings.ts'

const secrets = 'kVq3nT8xWm2rZp6yLc9dHs4jBf7gEa1uNo5iXw0vQtRbUeJhYk-test-secret-01'
const webhookSecret = 'kVq3nT8xWm2rZp6yLc9dHs4jBf7gEa1uNo5iXw0vQtRbUeJhYk+test+secret+0'
const good = { publicUrl: 'https://shop.example.com', secrets, production: true } as const

const faultsOf = (options: object): readonly ConfigurationFault[] => {
  try {
    resolveSettings({ ...good, ...options } as VigileOptions)
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.map(inEachLanguage)
    throw error
  }
}
/** I18N-1: nothing is left to fill in, and no text is the same in both. */
const inEachLanguage = (fault: ConfigurationFault): ConfigurationFault => {
  const [english, french] = [faultIn('en', fault), faultIn('fr', fault)]
  expect(english).toEqual(fault)
  for (const part of ['wrong', 'right'] as const) {
    expect(french[part]).not.toBe(fault[part])
    for (const text of [fault[part], french[part]])
      expect(text).toMatch(/^(?!(faults|phrases)\.)(?!.*(\{\{|\[object)).{5,}/s)
  }
  return fault
}
const named = (options: object) => faultsOf(options).map(({ setting }) => setting)

describe('OPS-1 each fault is named, with what is wrong and what would be right', () => {
  test.each([
    ['no address', { publicUrl: 'shop' }, 'VIGILE_PUBLIC_URL', 'is not a web address'],
    ['none at all', { publicUrl: undefined }, 'VIGILE_PUBLIC_URL', 'is not a web address'],
    ['an address of another scheme', { publicUrl: 'ftp://shop.example.com' }, 'VIGILE_PUBLIC_URL', 'web address'],
    ['an address with a path', { publicUrl: 'https://shop.example.com/app' }, 'VIGILE_PUBLIC_URL', 'more than scheme'],
    ['no secret', { secrets: [] }, 'VIGILE_SECRET', 'no secret is set'],
    ['a short secret', { secrets: 'short' }, 'VIGILE_SECRET', 'under 64 characters'],
    ['an app that begins no cookie', { app: 'My Shop' }, 'app', "can't begin cookie names"],
    ['an auth path that is none', { authPath: 'api/auth' }, 'authPath', 'not a path of plain segments'],
    ['an auth path with a dot', { authPath: '/api/../auth' }, 'authPath', 'not a path of plain segments'],
    ['the auth path of everything', { authPath: '/' }, 'authPath', 'not a path of plain segments'],
    ['sign-in elsewhere', { signInPath: 'https://evil.example/' }, 'signInPath', 'not a path'],
    ['a database of no kind', { database: 'mysql://host/db' }, 'DATABASE_URL', 'neither postgres'],
    ['a database in memory', { database: 'file::memory:' }, 'DATABASE_URL', 'in memory'],
    ['a database in memory by its own name', { database: ':memory:' }, 'DATABASE_URL', 'in memory'],
    ['a file with parameters', { database: 'file:vigile.db?mode=memory' }, 'DATABASE_URL', 'in memory'],
    ['a Redis that is none', { redis: 'localhost:6379' }, 'REDIS_URL', 'not a redis:// address'],
    ['a Redis for limits that is none', { limitsRedis: 'http://x' }, 'RATE_LIMIT_REDIS_URL', 'not a redis://'],
    [
      'an address to listen on that is none',
      { pool: { listenUrl: 'redis://x' } },
      'VIGILE_LISTEN_URL',
      'not a postgres://',
    ],
    ['a pool of none', { pool: { max: 0 } }, 'pool.max', 'not a whole number from 1 to 1000'],
    ['a wait without end', { pool: { waitSeconds: 9999 } }, 'pool.waitSeconds', 'up to 300'],
    ['a proxy by name', { trustedProxies: ['proxy'] }, 'VIGILE_TRUSTED_PROXIES', 'no address or network'],
    ['everyone trusted', { trustedProxies: ['0.0.0.0/0'] }, 'VIGILE_TRUSTED_PROXIES', 'every address'],
    ['nobody limited', { limits: { allow: ['::/0'] } }, 'VIGILE_LIMITS_ALLOW', 'every address'],
    ['a limit that there is not', { limits: { rules: { logins: null } } }, 'limits.rules.logins', 'no such limit'],
    ['a limit of nothing', { limits: { rules: { read: {} } } }, 'limits.rules.read', 'positive whole numbers'],
    ['an access life of no time', { sessions: { accessLife: '15' } }, 'sessions.accessLife', 'not a length of time'],
    ['too short a one', { sessions: { accessLife: '5s' } }, 'sessions.accessLife', 'too short'],
    ['one over the idle life', { sessions: { accessLife: '8d' } }, 'sessions.accessLife', 'longer than the idle'],
    ['an idle life over the absolute', { sessions: { idleLife: '31d' } }, 'sessions.idleLife', 'longer than the abs'],
    ['a life over 400 days', { sessions: { absoluteLife: '401d' } }, 'sessions.absoluteLife', '400 days'],
    [
      'keys where browsers hold none',
      { publicUrl: 'http://shop.example.com', production: false, sessions: { binding: 'optional' } },
      'sessions.binding',
      'secure pages',
    ],
    ['no session at all', { sessions: { perUser: 0 } }, 'sessions.perUser', 'from 1 to 1000'],
    ['windows out of order', { sessions: { protocol: { replay: 5 } } }, 'sessions.protocol', 'the order'],
    ['passwords of 7', { passwords: { minimumLength: 7 } }, 'passwords.minimumLength', '7 is not'],
    ['a weak hash', { passwords: { argon2: { memoryKiB: 1024 } } }, 'passwords.argon2', "OWASP's minimum"],
    ['a breach service over http', { passwords: { breachUrl: 'http://x.example' } }, 'passwords.breachUrl', 'https'],
    ['keys that rotate hourly', { keys: { rotateEvery: '1h' } }, 'keys.rotateEvery', 'too short'],
    [
      'a provider that may hang for a minute',
      { providerCalls: { timeoutSeconds: 60 } },
      'providerCalls.timeoutSeconds',
      '60 is not',
    ],
    [
      'a provider that may hang for ever',
      { providerCalls: { timeoutSeconds: Number.NaN } },
      'providerCalls.timeoutSeconds',
      'NaN',
    ],
    [
      'a wait of a minute',
      { providerCalls: { retryWaitsSeconds: [1, 60] } },
      'providerCalls.retryWaitsSeconds',
      '60 is not',
    ],
    [
      'six waits',
      { providerCalls: { retryWaitsSeconds: [1, 1, 1, 1, 1, 1] } },
      'providerCalls.retryWaitsSeconds',
      'more than 5',
    ],
    ['a longest wait', { providerCalls: { longestWaitSeconds: -1 } }, 'providerCalls.longestWaitSeconds', '-1 is not'],
    [
      'half a failure',
      { providerCalls: { failuresToOpen: 2.5 } },
      'providerCalls.failuresToOpen',
      '2.5 is not a whole',
    ],
    ['no failure at all', { providerCalls: { failuresToOpen: 0 } }, 'providerCalls.failuresToOpen', '0 is not'],
    ['a breaker for a day', { providerCalls: { openSeconds: 86_400 } }, 'providerCalls.openSeconds', '86400 is not'],
    ['a pattern that is none', { cleanUpAt: 'daily' }, 'cleanUpAt', 'no cron pattern'],
    ['no port of Redis', { redis: 'redis://127.0.0.1:99999' }, 'REDIS_URL', 'redis://'],
    [
      'an address to listen at that is none',
      { pool: { listenUrl: 'postgres://h:x/y' } },
      'VIGILE_LISTEN_URL',
      'postgres',
    ],
  ])('%s', (_, options, setting, wrong) => {
    const faults = faultsOf(options)
    expect(faults.map((fault) => fault.setting)).toEqual([setting])
    expect(faults[0]?.wrong).toContain(wrong)
    expect(faults[0]?.right.length).toBeGreaterThan(5)
  })

  test('several at once, and the message has them all', () => {
    const options = {
      publicUrl: 'x',
      secrets: '',
      database: 'x',
      redis: 'x',
      cookies: { domain: 'com' },
      cleanUpAt: 'x',
    }
    const settings = ['REDIS_URL', 'DATABASE_URL', 'VIGILE_PUBLIC_URL', 'VIGILE_SECRET', 'cookies.domain', 'cleanUpAt']
    expect(named(options).toSorted()).toEqual(settings.toSorted())
    try {
      resolveSettings({ ...good, ...options })
    } catch (error) {
      for (const setting of settings) expect((error as Error).message).toContain(`${setting}: `)
    }
  })

  test.each([
    'postgres://vigile@db.example.com:99999/vigile',
    'postgres://vigile:a#b@db.example.com/vigile',
    'postgres://vigile@db example.com/vigile',
    'postgres://vigile:pw@/x y:99999/vigile',
  ])('%s is no address of PostgreSQL', (database) => {
    expect(faultsOf({ database })).toMatchObject([{ setting: 'DATABASE_URL', code: 'not_postgres' }])
  })

  test.each([
    'postgres://vigile:pa%40ss@db.example.com:5432/vigile?sslmode=verify-full',
    'postgresql://db.example.com',
    'postgres://vigile@[::1]:5432/vigile',
    'postgres://vigile:50%@db.example.com/vigile',
    'postgres://vigile:pw@/vigile?host=/var/run/postgresql',
    'postgres:///vigile?host=/var/run/postgresql',
    'postgres://%2Fvar%2Frun%2Fpostgresql/vigile',
  ])('%s is an address of PostgreSQL', (database) => {
    expect(faultsOf({ database })).toEqual([])
  })

  test('no fault repeats what may be a secret', () => {
    const secret = 's3cret'
    const options = {
      secrets: secret,
      database: `mysql://user:${secret}@host`,
      redis: `http://:${secret}@host`,
      limitsRedis: `http://:${secret}@host`,
      publicUrl: `https://user:${secret}@shop.example.com`,
      passwords: { breachUrl: `http://${secret}.example` },
      pool: { listenUrl: [secret] },
    }
    const faults = faultsOf(options)
    expect(faults.length).toBeGreaterThan(5)
    expect(JSON.stringify(faults)).not.toContain(secret)
  })
})

describe('OPS-1 options of the wrong kind, where nobody compiles', () => {
  test.each([
    [{ trustedProxy: ['10.0.0.1'] }, 'trustedProxy', 'there is no such option'],
    [{ publicURL: 'https://x.example' }, 'publicURL', 'there is no such option'],
    [{ cookies: { secure: false } }, 'cookies.secure', 'there is no such option'],
    [{ sessions: { protocol: { grace: 30 } } }, 'sessions.protocol.grace', 'there is no such option'],
    [JSON.parse('{"__proto__":{"production":false}}'), '__proto__', 'there is no such option'],
    [{ constructor: {} }, 'constructor', 'there is no such option'],
    [{ cookies: { sameSite: 'none' } }, 'cookies.sameSite', 'wrong kind'],
    [{ cookies: { prefix: 'false' } }, 'cookies.prefix', 'wrong kind'],
    [{ cookies: 'strict' }, 'cookies', 'wrong kind'],
    [{ delivery: 'header' }, 'delivery', 'wrong kind'],
    [{ locales: 'fr' }, 'locales', 'wrong kind'],
    [{ locales: [] }, 'locales', 'wrong kind'],
    [{ locales: ['fr', 'de'] }, 'locales', 'wrong kind'],
    [{ production: 'false' }, 'production', 'wrong kind'],
    [{ accounts: { signUp: 'false' } }, 'accounts.signUp', 'wrong kind'],
    [{ accounts: { verifyEmail: 0 } }, 'accounts.verifyEmail', 'wrong kind'],
    [{ trustedProxies: '10.0.0.0/8' }, 'trustedProxies', 'wrong kind'],
    [{ allowedOrigins: 'https://app.example.com' }, 'allowedOrigins', 'wrong kind'],
    [{ limits: { allow: '10.0.0.1' } }, 'limits.allow', 'wrong kind'],
    [{ limits: { rules: [] } }, 'limits.rules', 'wrong kind'],
    [{ sessions: { accessLife: 900 } }, 'sessions.accessLife', 'wrong kind'],
    [{ sessions: { binding: 'yes' } }, 'sessions.binding', 'wrong kind'],
    [{ sessions: { perUser: '5' } }, 'sessions.perUser', 'wrong kind'],
    [{ keys: { algorithm: 'HS256' } }, 'keys.algorithm', 'wrong kind'],
    [{ keys: { audience: '' } }, 'keys.audience', 'wrong kind'],
    [{ keys: { audience: 'x'.repeat(201) } }, 'keys.audience', 'wrong kind'],
    [{ name: 'Shop\r\nBcc: x' }, 'name', 'wrong kind'],
    [{ transport: 'unsafePlainHttp' }, 'transport', 'wrong kind'],
    [{ role: 'worker' }, 'role', 'wrong kind'],
    [{ permissions: ['products:read'] }, 'permissions', 'wrong kind'],
    [{ roles: { user: 'products:read' } }, 'roles', 'wrong kind'],
  ])('%j', (options, setting, wrong) => {
    const faults = faultsOf(options)
    expect(faults).toMatchObject([{ setting, wrong: expect.stringContaining(wrong), right: expect.any(String) }])
    expect(faults[0]?.right).toMatch(/^(here are|it is) /)
  })

  test('every option that there is passes', () => {
    const every: Required<VigileOptions> = {
      publicUrl: 'https://auth.shop.example.com',
      secrets: [secrets],
      database: 'postgres://u:p@host/db',
      redis: 'redis://host',
      limitsRedis: 'rediss://host',
      pool: { max: 20, waitSeconds: 5, prepare: false, listenUrl: 'postgres://host/db' },
      production: true,
      transport: unsafePlainHttp,
      app: 'shop',
      name: 'Shop',
      authPath: '/v1/auth',
      signInPath: '/login',
      locales: ['fr'],
      allowedOrigins: ['https://app.shop.example.com'],
      trustedProxies: ['10.0.0.0/8'],
      cookies: { sameSite: 'lax', domain: 'shop.example.com', prefix: false, names: { access: 'crm_token' } },
      delivery: 'body',
      permissions: { products: ['read', 'create'] },
      roles: { user: ['products:read'], editor: ['products:*'], admin: ['*'] },
      sessions: {
        accessLife: '5m',
        idleLife: '1h',
        absoluteLife: '12h',
        recentLife: '5m',
        perUser: 'unlimited',
        protocol: { giveUp: 10, replay: 20, burst: 2, flushed: 40, rotation: 60, siblings: 10 },
      },
      accounts: { signUp: false, verifyEmail: false },
      mail: { url: 'smtps://user:password@mail.example.com', from: 'Shop <no-reply@shop.example.com>' },
      providers: [],
      providerCalls: {
        timeoutSeconds: 5,
        retryWaitsSeconds: [1, 2, 3],
        longestWaitSeconds: 5,
        failuresToOpen: 5,
        openSeconds: 30,
      },
      passwords: {
        minimumLength: 15,
        argon2: { memoryKiB: 47_104, iterations: 1, parallelism: 1 },
        breachUrl: 'https://api.pwnedpasswords.com/range/',
        siteWords: ['shop'],
      },
      audit: { anchors: ['/var/log/anchors.jsonl', 'https://log.example.com/'], retention: '400d' },
      alerts: {
        mailTo: ['Security@example.com'],
        thresholds: { failures_by_address: 50 },
        webhook: { url: 'https://hooks.example.com/vigile', secrets: webhookSecret },
      },
      keys: { algorithm: 'ES256', rotateEvery: '30d', audience: 'https://api.example.com' },
      limits: { rules: { signUpIp: null, signInIp: { limit: 5, windowSeconds: 60 } }, allow: ['192.0.2.1'] },
      role: 'command',
      cleanUpAt: '30 3 * * *',
      meter: noMeter,
      log: silentLog,
    }
    expect(faultsOf(every)).toEqual([])
    expect(faultsOf({ ...every, cookies: undefined, pool: undefined, log: undefined })).toEqual([])
    const settings = resolveSettings(every)
    expect(settings).toMatchObject({
      production: true,
      app: 'shop',
      authPath: '/v1/auth',
      delivery: 'body',
      name: 'Shop',
    })
    expect(settings.rules).toMatchObject({ signUpIp: null, signInIp: { limit: 5 }, read: { limit: 1000 } })
    expect(settings.cookies).toMatchObject({ sameSite: 'lax', prefix: false, names: { access: 'crm_token' } })
  })
})

describe('COOK-2 plain http in production', () => {
  test.each([
    'http://shop.example.com',
    'http://192.0.2.1',
    'http://localhost.example.com',
    'http://0.0.0.0',
    'http://10.0.0.1',
  ])('%s does not start', (publicUrl) => {
    const [fault] = faultsOf({ publicUrl })
    expect(fault).toMatchObject({ setting: 'VIGILE_PUBLIC_URL', wrong: expect.stringContaining('plain http') })
    expect(fault?.right).toContain('VIGILE_UNSAFE_HTTP')
  })

  test.each([
    'http://localhost:3000',
    'http://127.0.0.1',
    'http://127.8.9.1',
    'http://[::1]:3000',
    'http://shop.localhost',
  ])('%s is this machine', (publicUrl) => {
    expect(resolveSettings({ ...good, publicUrl }).cookies.secure).toBe(false)
  })

  test('a setting that says so by its name, and development', () => {
    const publicUrl = 'http://shop.example.com'
    expect(named({ publicUrl, transport: unsafePlainHttp })).toEqual([])
    expect(named({ publicUrl, production: false })).toEqual([])
  })

  test('COOK-2 COOK-3 Secure follows from the address, SameSite from production', () => {
    const cookiesOf = (publicUrl: string, production: boolean) =>
      resolveSettings({ ...good, publicUrl, production }).cookies
    expect(cookiesOf('https://shop.example.com', true)).toMatchObject({ secure: true, sameSite: 'strict' })
    expect(cookiesOf('https://shop.example.com', false)).toMatchObject({ secure: true, sameSite: 'lax' })
    expect(cookiesOf('http://localhost', true)).toMatchObject({ secure: false, sameSite: 'strict' })
    expect(cookiesOf('http://localhost', false)).toMatchObject({ secure: false, sameSite: 'lax' })
  })
})

describe('COOK-5 the domain of cookies', () => {
  const domainFault = (publicUrl: string, domain: string) =>
    faultsOf({ publicUrl, cookies: { domain } })[0]?.wrong ?? 'fine'

  test.each([
    ['https://shop.example.com', 'com', 'public suffix'],
    ['https://shop.example.co.uk', 'co.uk', 'public suffix'],
    ['https://shop.example.co.uk', '.co.uk', 'public suffix'],
    ['https://ada.github.io', 'github.io', 'public suffix'],
    ['https://shop.vercel.app', 'vercel.app', 'public suffix'],
    ['https://bucket.s3.amazonaws.com', 's3.amazonaws.com', 'public suffix'],
    ['https://shop.example.com', 'CO.UK', 'public suffix'],
    ['https://shop.example.com', 'localhost', 'public suffix'],
    ['http://localhost', 'localhost', 'public suffix'],
    ['http://127.0.0.1', '127.0.0.1', 'public suffix'],
    ['https://shop.example.com', '', 'public suffix'],
    ['https://shop.example.com', '.', 'public suffix'],
    ['https://shop.example.com', 'other.example', 'not under'],
    ['https://shop.example.com', 'ample.com', 'not under'],
    ['https://shop.example.com', 'www.shop.example.com', 'not under'],
    ['https://shop.example.com', 'example.com.', 'not under'],
    ['https://shop.example.com', 'https://example.com', 'not under'],
    ['https://shop.example.com', 'example.com/x', 'not under'],
    ['https://shop.example.com', 'example.com; Secure', ''],
    ['https://shop.example.com', 'user@example.com', ''],
    ['https://shop.example.com', '*.example.com', ''],
    ['https://shop.example.com', 'example.com\r\nSet-Cookie: x=y', ''],
  ])('of %s never %j', (publicUrl, domain, wrong) => {
    expect(domainFault(publicUrl, domain)).not.toBe('fine')
    expect(domainFault(publicUrl, domain)).toContain(wrong)
  })

  test.each([
    ['https://shop.example.com', 'shop.example.com'],
    ['https://shop.example.com', 'example.com'],
    ['https://shop.example.com', '.Example.com'],
    ['https://a.b.example.co.uk', 'b.example.co.uk'],
    ['https://ada.github.io', 'ada.github.io'],
    ['https://auth.shop.internal.corp', 'internal.corp'],
  ])('of %s may be %s', (publicUrl, domain) => {
    expect(domainFault(publicUrl, domain)).toBe('fine')
  })

  test('other origins are of the same site, or the cookies would not be sent (section 16)', () => {
    const wrongOf = (publicUrl: string, origin: string) =>
      faultsOf({ publicUrl, allowedOrigins: [origin] })[0]?.wrong ?? 'fine'
    const own = 'https://auth.example.com'
    expect(wrongOf(own, 'https://app.example.com')).toBe('fine')
    expect(wrongOf(own, 'https://app.example.com:8443')).toBe('fine')
    for (const other of ['https://example.org', 'https://auth.example.com.evil.example', 'http://app.example.com'])
      expect(wrongOf(own, other)).toContain('another site')
    expect(wrongOf('https://ada.github.io', 'https://eve.github.io')).toContain('another site')
    expect(wrongOf('https://ada.vercel.app', 'https://eve.vercel.app')).toContain('another site')
    for (const none of [
      '*',
      'null',
      'app.example.com',
      'https://app.example.com/x',
      'https://*.example.com',
      'HTTPS://APP.example.com',
      '',
    ])
      expect([none, wrongOf(own, none)]).toEqual([none, `"${none}" is not an origin`])
  })
})

describe('COOK-8 names of cookies', () => {
  test.each([
    '',
    'a b',
    'a;b',
    'a=b',
    'a,b',
    'é',
    'a\r\nb',
    'x'.repeat(65),
    '__Host-x',
    '__secure-x',
    '__HTTP-x',
    'Http-x',
    'http-x',
  ])('%j is none', (access) => {
    const [fault, ...others] = faultsOf({ cookies: { names: { access } } })
    expect(fault?.setting).toBe('cookies.names.access')
    expect(others).toEqual([])
  })

  test('two cookies can’t have one name', () => {
    expect(named({ cookies: { names: { access: 'token', refresh: 'token' } } })).toEqual(['cookies.names'])
    expect(named({ cookies: { names: { csrf: 'vigile_access' } } })).toEqual(['cookies.names'])
  })

  test('all begin with the application’s name, but for those that have their own', () => {
    const { names } = resolveSettings({ ...good, app: 'crm', cookies: { names: { access: 'crm_token' } } }).cookies
    expect(Object.values(names)).toEqual([
      'crm_token',
      'crm_refresh',
      'crm_csrf',
      'crm_hint',
      'crm_device',
      'crm_pending',
      'crm_link',
      'crm_oauth',
      'crm_exchange',
    ])
  })
})

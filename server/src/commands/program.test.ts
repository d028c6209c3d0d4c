import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createFakeVigile, fakeUser } from '../fake-vigile.suite.ts'
import { call } from './call.suite.ts'

const ada = fakeUser('ada@example.com')
const withAda = () => createFakeVigile({ users: [ada] })

const commands = [
  'start',
  'migrate',
  'config check',
  'users create',
  'users list',
  'users disable',
  'users enable',
  'users verify',
  'users remove-factors',
  'users delete',
  'users import',
  'roles seed',
  'roles list',
  'roles grant',
  'roles revoke',
  'sessions list',
  'sessions revoke',
  'keys list',
  'keys rotate',
  'alerts list',
  'alerts acknowledge',
  'webhook test',
  'cleanup',
  'routes',
  'doctor',
]

describe.each(commands)('vigile %s', (command) => {
  test('has a help with an example, --json and --config', async () => {
    const { exitCode, output, errors } = await call(`${command} --help`)
    expect([exitCode, errors]).toEqual([0, ''])
    expect(output).toMatch(new RegExp(`Example:\n {2}(\\w+=\\w+ )?vigile ${command}`))
    for (const option of ['--json', '--config']) expect(output).toContain(option)
  })

  test('I18N-1 speaks French where the terminal does', async () => {
    const { output } = await call(`${command} --help`, { environment: { LANG: 'fr_FR.UTF-8' } })
    expect(output).toContain('Exemple :')
    expect(output).toContain('Utilisation :')
    expect(output).not.toMatch(/^(Usage|Options|Arguments):/m)
  })

  test('exits 2 and says what is wrong when it is called wrongly', async () => {
    const { exitCode, errors, output } = await call(`${command} --no-such-option`)
    expect([exitCode, output]).toEqual([2, ''])
    expect(errors).toContain('--no-such-option')
    expect(errors).toContain(`See: vigile ${command} --help`)
  })
})

describe('what is said', () => {
  test('with --json a refusal is one JSON value too, and the exit code is not 0', async () => {
    const { exitCode, output, errors } = await call('users disable nobody@example.com --json')
    expect([exitCode, errors]).toEqual([1, ''])
    expect(JSON.parse(output)).toEqual({ error: 'not_found', message: 'There is no user nobody@example.com.' })
  })

  test.each(['', 'users'])('vigile %s alone shows its help, exit 2', async (line) => {
    const { exitCode, errors } = await call(line)
    expect([exitCode, errors]).toEqual([2, expect.stringMatching(/^Usage: vigile/)])
    expect(errors).not.toContain('Error')
  })

  test('an unknown command names itself', async () => {
    const { exitCode, errors } = await call('frobnicate', { environment: { LC_ALL: 'fr_CA' } })
    expect([exitCode, errors]).toEqual([2, "Erreur : La commande frobnicate n'existe pas. Voir : vigile --help\n"])
  })

  test('OPS-1 the faults of the settings and of the engine come together, exit 2', async () => {
    const environment = { NODE_ENV: 'production', VIGILE_PUBLIC_URL: 'nowhere', VIGILE_SECRET: 'short', PORT: 'x' }
    const { exitCode, output } = await call('config check --json', { environment })
    expect(exitCode).toBe(2)
    const { faults } = JSON.parse(output)
    expect(faults.map(({ setting }: { setting: string }) => setting)).toEqual([
      'PORT (port)',
      'VIGILE_PUBLIC_URL (publicUrl)',
      'VIGILE_SECRET (secrets)',
    ])
    for (const command of ['start', 'users list', 'cleanup']) {
      const { exitCode, errors } = await call(command, { environment })
      expect([command, exitCode]).toEqual([command, 2])
      expect(errors).toContain(
        'PORT (port)\n    ✗ "x" is not a value of this setting\n    → A whole number from 0 to 65535',
      )
    }
  })

  test('a good configuration says so, and which misspelt names do nothing', async () => {
    const { exitCode, output } = await call('config check', { environment: { VIGILE_SECRETS: 'x' } })
    expect(exitCode).toBe(0)
    expect(output).toContain('The configuration is good. http://localhost:3000 (development)')
    expect(output).toContain('VIGILE_SECRETS is no setting')
  })

  test('OPS-1 what opens more than it should is told', async () => {
    const environment = {
      NODE_ENV: 'production',
      VIGILE_SECRET: 'R3kV9q0YtZ1xC7uB5nM2wE8rT4yU6iOpA1sD3fG5hJ7kL9zX',
      VIGILE_PUBLIC_URL: 'http://shop.example.com',
      VIGILE_UNSAFE_HTTP: 'on',
      VIGILE_EMAIL_VERIFICATION: 'off',
      VIGILE_LIMITS_ALLOW: '0.0.0.0/1,128.0.0.0/1,10.0.0.0/8',
    }
    const warned = async (more: Record<string, string> = {}) =>
      (
        JSON.parse((await call('config check --json', { environment: { ...environment, ...more } })).output) as {
          warnings: string[]
        }
      ).warnings
    expect(await warned()).toEqual([
      expect.stringContaining('VIGILE_UNSAFE_HTTP'),
      expect.stringContaining('0.0.0.0/1'),
      expect.stringContaining('128.0.0.0/1'),
    ])
    expect(await warned({ VIGILE_PUBLIC_URL: 'http://127.0.0.1:3000', VIGILE_LIMITS_ALLOW: '10.0.0.0/8' })).toEqual([])
  })

  test('OPS-2 where each secret comes from is said, and never what it is', async () => {
    const environment = { REDIS_URL: 'redis://:planted@localhost:6379', SMTP_URL_FILE: '/dev/null' }
    const { output, errors } = await call('config check --json', { environment })
    expect(JSON.parse(output).faults).toEqual([
      {
        setting: 'SMTP_URL (mail.url)',
        wrong: "/dev/null can't be read (it is no regular file)",
        right: expect.any(String),
      },
    ])
    const good = await call('config check', { environment: { ...environment, SMTP_URL_FILE: '' } })
    expect(good.output).toMatch(/REDIS_URL +environment/)
    expect(output + errors + good.output).not.toContain('planted')
  })

  test('an engine that does not open: what is wrong, exit 1, and it is closed', async () => {
    const fake = createFakeVigile({
      ready: () => Promise.reject(new Error('run the migrations', { cause: new Error('ECONNREFUSED') })),
    })
    const { exitCode, errors } = await call('users list', { fake })
    expect([exitCode, fake.calls]).toEqual([1, ['close']])
    expect(errors).toContain('run the migrations (ECONNREFUSED)')
  })

  test('TOK-10 cleanup counts all that it removed, sign-ins that came to nothing too', async () => {
    const { cleanUp } = createFakeVigile()
    const fake = createFakeVigile({
      overrides: { cleanUp: async (by) => ({ ...(await cleanUp(by)), pendingSignIns: 4, links: 2, letters: 1 }) },
    })
    const { output } = await call('cleanup', { fake })
    expect(output).toContain('1 session, 0 devices, 4 unfinished sign-ins, 2 links, 1 letter and 0 alerts')
  })

  test('a fault in the middle: exit 1, and the engine is closed', async () => {
    const fake = createFakeVigile({ overrides: { cleanUp: () => Promise.reject(new Error('disk full')) } })
    const { exitCode, errors } = await call('cleanup', { fake })
    expect([exitCode, fake.calls]).toEqual([1, ['close']])
    expect(errors).toContain('disk full')
  })
})

describe('what only reads the configuration', () => {
  test.each(['config check', 'routes'])('%s opens no store and makes none', async (command) => {
    const folder = await mkdtemp(join(tmpdir(), 'vigile-configuration-'))
    const fake = createFakeVigile()
    const environment = {
      DATABASE_URL: `file:${join(folder, 'elsewhere', 'vigile.db')}`,
      REDIS_URL: 'redis://127.0.0.1:1',
      VIGILE_SECRET: 'x'.repeat(64),
    }
    expect(await call(command, { fake, folder, environment })).toMatchObject({ exitCode: 0, errors: '' })
    expect(await readdir(folder)).toEqual([])
    expect(fake.calls).toEqual([])
    await rm(folder, { recursive: true })
  })

  test('OPS-1 they name the faults', async () => {
    for (const command of ['config check', 'routes']) {
      const { exitCode, errors } = await call(command, { environment: { DATABASE_URL: 'file::memory:' } })
      expect([command, exitCode]).toEqual([command, 2])
      expect(errors).toContain('DATABASE_URL (database)')
    }
  })
})

describe('migrate', () => {
  test('--check exits 1 while something is pending, and works before the database is migrated', async () => {
    const fake = createFakeVigile({ ready: () => Promise.reject(new Error('not migrated')) })
    const checked = await call('migrate --check --json', { fake })
    expect(checked.exitCode).toBe(1)
    expect(JSON.parse(checked.output)).toMatchObject({ error: 'pending', pending: ['0001-first'] })
    const applied = await call('migrate --json', { fake })
    expect([applied.exitCode, JSON.parse(applied.output)]).toEqual([0, { applied: ['0001-first'] }])
  })
})

describe('sessions revoke', () => {
  test("everyone's sessions are asked about, and without a terminal nothing happens", async () => {
    const fake = withAda()
    expect((await call('sessions revoke --everyone', { fake })).exitCode).toBe(2)
    expect((await call('sessions revoke --everyone', { fake, typed: ['no'] })).exitCode).toBe(1)
    expect(fake.calls).not.toContain('endEveryones')
    expect((await call('sessions revoke --everyone', { fake, typed: ['yes'] })).output).toBe('7 sessions ended.\n')
    const { output } = await call('sessions revoke --everyone --yes --json', { fake })
    expect(JSON.parse(output)).toEqual({ endedSessions: 7 })
  })

  test('exactly one of user, session, everyone', async () => {
    expect((await call('sessions revoke')).exitCode).toBe(2)
    expect((await call('sessions revoke --everyone --user a@example.com')).exitCode).toBe(2)
  })

  test('by user; an unknown user or session is refused', async () => {
    const fake = withAda()
    expect((await call('sessions revoke --user ada@example.com', { fake })).output).toBe('3 sessions ended.\n')
    expect((await call('sessions revoke --user bob@example.com', { fake })).exitCode).toBe(1)
    expect((await call('sessions revoke --session x', { fake })).exitCode).toBe(1)
  })
})

test('VAL-3 routes lists the engine and the pages, each with its guard and its limit', async () => {
  const { routes } = JSON.parse((await call('routes --json')).output)
  const login = {
    method: 'POST',
    path: '/api/auth/login',
    guard: 'own origin',
    limit: expect.stringContaining('signIn'),
  }
  expect(routes).toContainEqual(login)
  expect(routes).toContainEqual({ method: 'GET', path: '/account', guard: 'session', limit: 'none' })
  for (const route of routes) expect([route.guard, route.limit].every(Boolean)).toBe(true)
})

test('keys and cleanup', async () => {
  expect(JSON.parse((await call('keys list --json')).output).keys).toHaveLength(1)
  expect((await call('keys rotate')).output).toContain('next-key')
  expect((await call('cleanup')).output).toBe(
    'Removed 1 session, 0 devices, 0 unfinished sign-ins, 0 links, 0 letters and 0 alerts in 0.1 s.\n',
  )
})

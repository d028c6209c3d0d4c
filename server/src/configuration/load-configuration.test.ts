import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { en } from '../messages/en.ts'
import type { VigileConfig } from './config.ts'
import type { Environment } from './environment.ts'
import { loadConfiguration } from './load-configuration.ts'
import { settings } from './settings.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigile-configuration-'))
})
afterEach(() => rm(folder, { recursive: true }))

const secret = 'f'.repeat(64)
const load = (environment: Environment, configFile?: string) =>
  loadConfiguration({ environment, folder, configFile, messages: en })
const named = async (environment: Environment) => (await load(environment)).faults.map(({ setting }) => setting)

describe('OPS-1 the configuration is checked as a whole', () => {
  test('every fault is named at once, with what is wrong and what would be right', async () => {
    const { faults } = await load({
      NODE_ENV: 'production',
      PORT: '70000',
      VIGILE_ASSETS_URL: 'https://cdn.example.com/path',
      LOG_LEVEL: 'loud',
      VIGILE_SIGN_UP: 'perhaps',
      VIGILE_POOL_MAX: '0',
    })
    expect(faults.map(({ setting }) => setting).toSorted()).toEqual([
      'LOG_LEVEL',
      'PORT',
      'VIGILE_ASSETS_URL',
      'VIGILE_POOL_MAX',
      'VIGILE_PUBLIC_URL',
      'VIGILE_SECRET',
      'VIGILE_SIGN_UP',
    ])
    for (const { wrong, right } of faults) expect([wrong, right].every(Boolean)).toBe(true)
    expect(faults.find(({ setting }) => setting === 'PORT')?.right).toContain('65535')
  })

  test.each(['http://0.0.0.0', '0.0.0.0:3000', '[::1]', '127.0.0.300', 'my host', '-x', 'a..b', 'under_score'])(
    'HOST=%s is no address to listen on',
    async (HOST) => {
      expect(await named({ HOST })).toEqual(['HOST'])
      await writeFile(join(folder, 'vigile.config.mjs'), `export default { host: ${JSON.stringify(HOST)} }`)
      const { faults } = await load({}, 'vigile.config.mjs')
      expect(faults.map(({ setting }) => setting)).toEqual(['host'])
    },
  )

  test.each(['0.0.0.0', '::', '::1', 'localhost', 'vigile-1.internal', 'fe80::1%eth0'])(
    'HOST=%s is one',
    async (HOST) => {
      expect(await named({ HOST })).toEqual([])
    },
  )

  test.each([
    ['https://planted@o1.ingest.sentry.io/42', []],
    ['http://planted:also@127.0.0.1:9000/under/a/path/42', []],
    ['https://example.com', ['SENTRY_DSN']],
    ['https://planted@example.com', ['SENTRY_DSN']],
    ['https://planted@example.com/shop', ['SENTRY_DSN']],
    ['https://collector.example.com:4318', ['SENTRY_DSN']],
  ])('OPS-2 SENTRY_DSN=%s: what Sentry would not take is refused, and not repeated', async (SENTRY_DSN, settings) => {
    const { faults } = await load({ SENTRY_DSN })
    expect(faults.map(({ setting }) => setting)).toEqual(settings)
    expect(JSON.stringify(faults)).not.toContain('planted')
  })

  test('a NODE_ENV that means nothing is refused: "prod" must not run with what suits development', async () => {
    expect(await named({ NODE_ENV: 'prod' })).toContain('NODE_ENV')
    expect(await named({ NODE_ENV: 'test' })).toEqual([])
  })

  test('production makes no secret by itself', async () => {
    expect(await named({ NODE_ENV: 'production', VIGILE_PUBLIC_URL: 'https://a.example' })).toEqual(['VIGILE_SECRET'])
    await expect(stat(join(folder, 'data'))).rejects.toThrow('ENOENT')
  })

  test('a misspelt setting is told, and what Kubernetes sets is not', async () => {
    const { unknown } = await load({
      VIGILE_SECRETT: 'x',
      VIGILE_PORT: 'tcp://10.0.0.1:3000',
      VIGILE_SERVICE_HOST: '10.0.0.1',
    })
    expect(unknown).toEqual(['VIGILE_SECRETT'])
  })

  test('an empty variable counts as unset', async () => {
    expect((await load({ DATABASE_URL: '', PORT: '' })).config).not.toHaveProperty('database')
  })
})

describe('OPS-1 .env is read in development only', () => {
  test('it adds to the environment, which wins', async () => {
    await writeFile(join(folder, '.env'), 'PORT=4000\nVIGILE_NAME="From the file"\n')
    const { config } = await load({ PORT: '5000' })
    expect(config).toMatchObject({ port: 5000, name: 'From the file' })
  })

  test('production does not read it', async () => {
    await writeFile(join(folder, '.env'), `VIGILE_SECRET=${secret}\n`)
    expect(await named({ NODE_ENV: 'production', VIGILE_PUBLIC_URL: 'https://a.example' })).toEqual(['VIGILE_SECRET'])
  })

  test('one that claims production is a fault: it would run as development', async () => {
    await writeFile(join(folder, '.env'), 'NODE_ENV=production\n')
    expect(await named({})).toEqual(['NODE_ENV'])
  })
})

describe('OPS-2 a secret may come from a file', () => {
  test.each([
    ['VIGILE_SECRET', ({ secrets }: VigileConfig) => secrets],
    ['WEBHOOK_SECRET', ({ alerts }: VigileConfig) => alerts?.webhook?.secrets],
  ])('%s as a list', async (name, secretsOf) => {
    const path = join(folder, 'secret')
    await writeFile(path, `${'a'.repeat(64)}\n${secret}\n`)
    const { config, faults, sources } = await load({ [`${name}_FILE`]: path })
    expect(faults).toEqual([])
    expect(secretsOf(config)).toEqual(['a'.repeat(64), secret])
    expect(sources).toEqual({ [name]: `file:${path}` })
  })

  test('an address of a database as well', async () => {
    await writeFile(join(folder, 'url'), 'postgres://u:p@db/v\n')
    expect((await load({ DATABASE_URL_FILE: join(folder, 'url') })).config.database).toBe('postgres://u:p@db/v')
  })

  test('both the value and the file, a missing file, an empty file: faults that name the setting, not the secret', async () => {
    await writeFile(join(folder, 'empty'), '\n')
    const { faults } = await load({
      VIGILE_SECRET: secret,
      VIGILE_SECRET_FILE: join(folder, 'empty'),
      DATABASE_URL_FILE: join(folder, 'nowhere'),
      REDIS_URL_FILE: join(folder, 'empty'),
    })
    expect(faults.map(({ setting }) => setting)).toEqual(['VIGILE_SECRET', 'DATABASE_URL', 'REDIS_URL'])
    expect(JSON.stringify(faults)).not.toContain(secret)
  })

  test('docs/secrets.md names every secret', async () => {
    const page = await readFile(new URL('../../../docs/secrets.md', import.meta.url), 'utf8')
    const names = settings.flatMap(({ isSecret, name }) => (isSecret && !name.endsWith('_CLIENT_SECRET') ? [name] : []))
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })

  test('several secrets are separated by commas or line ends', async () => {
    expect((await load({ VIGILE_SECRET: 'new,old\nolder' })).config.secrets).toEqual(['new', 'old', 'older'])
  })
})

describe('vigile.config.ts', () => {
  test('is loaded with its types stripped, and the environment wins over it', async () => {
    const content = `type Name = string\nconst name: Name = 'Shop'\nexport default { name, port: 4000, sessions: { idleLife: '3d', perUser: 2 } }`
    await writeFile(join(folder, 'vigile.config.ts'), content)
    const { config, configFile } = await load({ PORT: '5000', VIGILE_IDLE_LIFE: '4d' })
    expect(config).toMatchObject({ name: 'Shop', port: 5000, sessions: { idleLife: '4d', perUser: 2 } })
    expect(configFile).toBe(join(folder, 'vigile.config.ts'))
  })

  test('one that does not exist, does not load or exports nothing is a fault that names the file', async () => {
    await writeFile(join(folder, 'broken.ts'), 'export default {')
    await writeFile(join(folder, 'nothing.ts'), 'export const config = {}')
    for (const name of ['absent.ts', 'broken.ts', 'nothing.ts']) {
      const { faults } = await load({}, name)
      expect(faults.map(({ setting }) => setting)).toEqual([join(folder, name)])
    }
  })

  test('one that needs this package where it is not installed: how to install it', async () => {
    await writeFile(
      join(folder, 'vigile.config.ts'),
      `import { defineConfig } from 'vigile'\nexport default defineConfig({})`,
    )
    // In a process of its own: this one's test runner finds the package wherever the file lies.
    const script = `import { readConfigFile } from './config-file.ts'
      import { en } from '../messages/en.ts'
      console.log(JSON.stringify((await readConfigFile(${JSON.stringify(folder)}, undefined, en)).faults))`
    const node = ['--conditions=@vigile/source', '--input-type=module-typescript', '--eval', script]
    const { stdout } = await promisify(execFile)(process.execPath, node, { cwd: import.meta.dirname })
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({ right: expect.stringContaining('npm install vigile') }),
    ])
  })

  test('a value of the wrong kind is a fault', async () => {
    await writeFile(join(folder, 'vigile.config.ts'), `export default { port: 'high', drainSeconds: -1 }`)
    const { faults } = await load({})
    expect(faults.map(({ setting }) => setting)).toEqual(['port', 'drainSeconds'])
  })

  test.each([
    ['{ backup: { schedul: "off", kep: "1" } }', ['backup.schedul', 'backup.kep']],
    ['{ backup: "x" }', ['backup']],
    ['{ backup: { keep: 7 } }', ['backup.keep']],
    ['{ backup: { keep: "often" } }', ['VIGILE_BACKUP_KEEP']],
    ['{ log: {} }', ['log.debug', 'log.info', 'log.warn', 'log.error']],
    ['{ log: "file" }', ['log']],
    ['{ otlpEndpoint: "https://user:planted@x y" }', ['otlpEndpoint']],
    ['{ otlpHeaders: "planted" }', ['otlpHeaders']],
    ['{ otlpHeaders: "api-key=planted\\r\\nx: y" }', ['otlpHeaders']],
    ['{ sentryDsn: "https://planted.example.com" }', ['sentryDsn']],
    ['{ production: false }', ['production']],
    ['{ role: "command" }', ['role']],
  ])('OPS-1 %s is a fault, named with its option, and shows no secret', async (content, settings) => {
    await writeFile(join(folder, 'vigile.config.mjs'), `export default ${content}`)
    const { faults } = await load({})
    expect(faults.map(({ setting }) => setting)).toEqual(settings)
    expect(JSON.stringify(faults)).not.toContain('planted')
  })

  test('a log of one’s own is one', async () => {
    const log = '{ debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, more: 1 }'
    await writeFile(join(folder, 'vigile.config.mjs'), `export default { log: ${log}, backup: { schedule: 'off' } }`)
    expect((await load({})).faults).toEqual([])
  })
})

test('OPS-1 development makes itself a secret once, readable by its owner alone', async () => {
  const first = (await load({})).config.secrets
  expect(first).toMatch(/^[0-9a-f]{96}$/)
  expect((await load({})).config.secrets).toBe(first)
  const path = join(folder, 'data', 'secret')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await readFile(path, 'utf8')).trim()).toBe(first)
})

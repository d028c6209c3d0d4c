// Secrets change in Vault and in AWS while two real nodes run and people are signed in (OPS-2, TOK-9).
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { deriveKeys } from '../../engine/src/keys/derive.ts'
import { startCollector } from '../operations/collector.ts'
import { type StandInAws, startAws } from '../secrets/aws.ts'
import { type StandInVault, startVault } from '../secrets/vault.ts'
import { freePort, temporaryFolder } from '../services/place.ts'
import { type RedisServer, startRedis } from '../services/redis.ts'
import { freshDatabase } from '../services/run.ts'
import type { Visitor } from '../support/visitor.ts'
import { countsOf, createCrowd } from './crowd.ts'
import { postgresLedger } from './ledgers.ts'
import { newVisitor, runVigile, type ServerNode, startMs, startNode } from './node.ts'

const [older, newer] = ['older', 'newer'].map(
  (age) => `zT4pQ9wMx2kVn7rLb5yHc8sJf3dGa6eUo1i-${age}-secret-of-nodes`,
) as [string, string]
const patience = { timeout: 60_000 }

let redis: RedisServer
let vault: StandInVault
let aws: StandInAws
let nodes: ServerNode[] = []
beforeAll(async () => {
  redis = await startRedis()
  vault = await startVault()
  aws = await startAws()
}, startMs)
afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  nodes = []
})
afterAll(async () => {
  await redis?.stop()
  await vault?.close()
  await aws?.close()
})

const secretOf = (visitor: Visitor) => visitor.cookie('refresh')?.split('.')[1]

test('OPS-2 TOK-9 MAC secrets in AWS, users of PostgreSQL and Redis in Vault, swapped under load: in use within their lease, and nobody is logged out', async () => {
  const database = await freshDatabase()
  const db = new pg.Client({ connectionString: database })
  await db.connect()
  const mark = `swap_${Math.random().toString(36).slice(2, 10)}`
  const enter = async (user: string, redisUrl = redis.url) => {
    const password = `planted-${user}`
    await db.query(`create role ${user} login superuser`)
    await redis.say(`ACL SETUSER ${user} on >${password} ~* &* +@all`)
    const as = (url: string) => Object.assign(new URL(url), { username: user, password }).href
    vault.put('vigile', { database: as(database), redis: as(redisUrl) })
  }
  const lockOut = async (user: string) => {
    await db.query(`alter role ${user} nologin`)
    await db.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [user])
  }
  /** Each node has read twice since: what it read first is in use. */
  const untilUsed = async () => {
    vault.forget()
    const reads = (name: string) => vault.asked('read').filter(({ headers }) => headers['x-vault-namespace'] === name)
    for (const name of names) await expect.poll(() => reads(name).length, patience).toBeGreaterThan(1)
  }
  const says = async (word: string) => {
    for (const node of nodes) await expect.poll(() => node.output().includes(word), patience).toBe(true)
  }

  await enter(`${mark}_a`)
  aws.put('vigile/mac', older)
  const environment = {
    VIGILE_SECRET: 'aws:vigile/mac',
    REDIS_URL: 'vault:secret/data/vigile#redis',
    VIGILE_SECRETS_SECONDS: '1',
    VAULT_ADDR: vault.url,
    VAULT_TOKEN: vault.token,
    ...aws.environment,
  }
  const names = ['node-1', 'node-2']
  const from = (name: string) => ({
    database: 'vault:secret/data/vigile#database',
    environment: { ...environment, VAULT_NAMESPACE: name },
  })
  await runVigile('migrate', from('command'))
  nodes = await Promise.all(names.map((name) => startNode(from(name))))
  const crowd = createCrowd(6, () => nodes)
  await crowd.enter()
  const life = crowd.live()
  await life.answers(20)

  await enter(`${mark}_b`)
  await untilUsed()
  await lockOut(`${mark}_a`)
  expect(await redis.say(`ACL DELUSER ${mark}_a`)).toBe(':1\r\n')
  await life.answers(40)

  // An address that leads elsewhere is refused, and harms nobody; a new secret beside it comes into use.
  await enter(`${mark}_c`, 'redis://127.0.0.1:1')
  await says('secret_refused')
  await lockOut(`${mark}_b`)
  await life.answers(20)

  // Swapped instead of put in front, as a rotation by AWS would: refused.
  aws.put('vigile/mac', newer)
  await says('VIGILE_SECRET')
  await life.answers(20)
  aws.put('vigile/mac', `${newer},${older}`)
  const newest = deriveKeys(newer).id
  for (const node of nodes)
    await expect
      .poll(async () => {
        const visitor = newVisitor(() => node)
        await visitor.signUp(`${Math.random()}@example.com`)
        return secretOf(visitor)
      }, patience)
      .toBe(newest)
  await life.answers(40)

  // Both sources go away: what is known goes on.
  vault.always('*', 'cut')
  aws.always('*', 500)
  await says('secret_away')
  await life.answers(20)
  await life.stop()

  expect(await crowd.check(postgresLedger(db))).toEqual([])
  expect(countsOf(crowd).unanswered).toBe(0)
  for (const node of nodes) {
    expect((await newVisitor(() => node).signUp(`${Math.random()}@example.com`)).status).toBe(201)
    expect(node.output()).not.toMatch(new RegExp(`planted|${older}|${newer}|${vault.token}`))
  }
  await db.end()
}, 600_000)

test(
  'OPS-1 OPS-2 at the start what is missing, unreadable, empty or malformed is named with its setting, in production too',
  async () => {
    vault.mend()
    aws.mend()
    vault.put('vigile', { empty: '', weak: 'changeme' })
    const environment = {
      NODE_ENV: 'production',
      VIGILE_PUBLIC_URL: 'https://auth.example.com',
      VIGILE_SECRET: 'vault:secret/data/vigile#weak',
      REDIS_URL: 'vault:secret/data/vigile#none',
      RATE_LIMIT_REDIS_URL: 'vault:secret/data/vigile#empty',
      SMTP_URL: 'aws:vigile/none',
      DATABASE_URL: 'vault:malformed',
      GITHUB_CLIENT_ID: 'id',
      GITHUB_CLIENT_SECRET_FILE: '/nowhere/github',
      GOOGLE_CLIENT_ID: 'id',
      // A folder: there, and still not to be read.
      GOOGLE_CLIENT_SECRET_FILE: '/',
      VAULT_ADDR: vault.url,
      VAULT_TOKEN: vault.token,
      ...aws.environment,
    }
    for (const command of ['start', 'config check --json']) {
      const said = await runVigile(command, { database: '', environment }).catch(String)
      for (const setting of Object.keys(environment).filter(
        (name) => /^(VIGILE_SECRET|.*_URL)$/.test(name) && !/PUBLIC/.test(name),
      ))
        expect(said).toContain(setting)
      for (const setting of ['GITHUB_CLIENT_SECRET', 'GOOGLE_CLIENT_SECRET']) expect(said).toContain(setting)
      expect(said).not.toContain('changeme')
    }
  },
  startMs,
)

test('OPS-2 OPS-5 what the server alone knows is renewed from its file too, what is malformed is refused, and both can be measured', async () => {
  const folder = await temporaryFolder('server-secrets')
  const collector = await startCollector()
  const file = join(folder.path, 'dsn')
  const database = join(folder.path, 'vigile.db')
  const metricsPort = await freePort()
  await writeFile(file, `http://publickey@${collector.host}/1`)
  const headers = join(folder.path, 'headers')
  await writeFile(headers, 'x-key=first')
  const environment = {
    ...{ SENTRY_DSN_FILE: file, METRICS_PORT: `${metricsPort}`, LOG_LEVEL: 'info' },
    ...{ OTEL_EXPORTER_OTLP_ENDPOINT: `http://${collector.host}`, OTEL_EXPORTER_OTLP_HEADERS_FILE: headers },
    ...{
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRIC_EXPORT_INTERVAL: '400',
      OTEL_METRIC_EXPORT_TIMEOUT: '300',
    },
    ...{ OTEL_BSP_SCHEDULE_DELAY: '200', OTEL_BLRP_SCHEDULE_DELAY: '200' },
  }
  /** Kinds of what came with that key. */
  const sentWith = (key: string) => [
    ...new Set(collector.received.flatMap((one) => (one.headers.includes(`"x-key":"${key}"`) ? one.path : []))),
  ]
  const every = ['/v1/logs', '/v1/metrics', '/v1/traces']
  const node = await startNode({ database: `file:${database}`, environment })
  nodes = [node]
  const visitor = newVisitor(() => node)
  await visitor.signUp('ada@example.com')
  await expect.poll(() => sentWith('first').toSorted(), patience).toEqual(every)
  await writeFile(file, `http://publickey@${collector.host}/2`)
  await expect.poll(() => node.output().includes('new secrets are in use'), patience).toBe(true)

  const db = new DatabaseSync(database)
  db.exec('alter table sign_in_attempts rename to somewhere_else')
  db.close()
  expect((await visitor.signIn('ada@example.com')).status).toBe(500)
  await expect.poll(() => collector.at('/2/envelope/').length, patience).toBeGreaterThan(0)
  expect(collector.at('/1/envelope/').filter((text) => text.includes('exception'))).toEqual([])
  const metrics = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  expect(await metrics()).toMatch(/^vigile_secret_age_seconds\{setting="SENTRY_DSN"\} [0-9.]+$/m)
  expect(await metrics()).toMatch(/^vigile_secret_ok\{setting="SENTRY_DSN"\} 1$/m)

  await writeFile(headers, 'x-key=second')
  // Each of them goes on, by the new key.
  await expect
    .poll(async () => {
      await visitor.me()
      return sentWith('second').toSorted()
    }, patience)
    .toEqual(every)
  const instances = collector.received.flatMap(({ text }) => [
    ...text.matchAll(/"service\.instance\.id","value":\{"stringValue":"([^"]+)"/g),
  ])
  expect(new Set(instances.map(([, id]) => id)).size).toBe(1)

  await writeFile(headers, 'planted, but no header')
  await writeFile(file, 'https://planted.example.com')
  await expect
    .poll(async () => (await metrics()).match(/^vigile_secret_ok\{setting="(SENTRY_DSN|OTEL_\w+)"\} 0$/gm), patience)
    .toHaveLength(2)
  await expect.poll(() => node.output().includes('secret_refused'), patience).toBe(true)
  const before = collector.at('/2/envelope/').length
  expect((await visitor.signIn('ada@example.com')).status).toBe(500)
  await expect.poll(() => collector.at('/2/envelope/').length, patience).toBeGreaterThan(before)
  expect(node.output()).not.toContain('planted')
  await collector.stop()
  await node.stop()
  await folder.remove()
}, 200_000)

test('OPS-2 TOK-9 a rotation that is taken back, the old file put there again, is refused: who signed in meanwhile stays signed in', async () => {
  const folder = await temporaryFolder('taken-back')
  const file = join(folder.path, 'secret')
  const metricsPort = await freePort()
  await writeFile(file, older)
  const settings = { database: `file:${join(folder.path, 'vigile.db')}` }
  const environment = { VIGILE_SECRET: '', VIGILE_SECRET_FILE: file, METRICS_PORT: `${metricsPort}`, LOG_LEVEL: 'info' }
  const node = await startNode({ ...settings, environment })
  nodes = [node]
  await writeFile(file, `${newer},${older}`)
  let visitor = newVisitor(() => node)
  await expect
    .poll(async () => {
      visitor = newVisitor(() => node)
      await visitor.signUp(`${Math.random()}@example.com`)
      return secretOf(visitor)
    }, patience)
    .toBe(deriveKeys(newer).id)
  const isOk = async () =>
    /^vigile_secret_ok\{setting="VIGILE_SECRET"\} (\d)$/m.exec(
      await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(),
    )?.[1]
  expect(await isOk()).toBe('1')

  await writeFile(file, older)
  await expect.poll(isOk, patience).toBe('0')
  const refused = /"level":"error".*"settings":\["VIGILE_SECRET"\].*"alert":"secret_refused"/
  await expect.poll(() => refused.test(node.output()), patience).toBe(true)
  expect((await visitor.refresh()).status).toBe(200)

  // The old one in front again, with the new one behind it, is the way back.
  await writeFile(file, `${older},${newer}`)
  await expect.poll(isOk, patience).toBe('1')
  expect((await visitor.refresh()).status).toBe(200)
  await node.stop()
  await folder.remove()
}, 300_000)

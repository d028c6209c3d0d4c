// `vigile doctor` as an operator runs it: two nodes in production on PostgreSQL and Redis, behind the nginx of ops/nginx with TLS.
import { join } from 'node:path'
import { createVouching } from '@vigile/engine'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Finding } from '../../server/src/doctor/examine.ts'
import { spawnVigile } from '../../server/src/spawned.suite.ts'
import { newVisitor, runVigile, type ServerNode, startMs, startNode, vigileProgram } from '../nodes/node.ts'
import { type IssuedCertificate, issueCertificate } from '../services/certificate.ts'
import { type Folder, freePort, temporaryFolder } from '../services/place.ts'
import { type RedisServer, startRedis } from '../services/redis.ts'
import { freshDatabase } from '../services/run.ts'
import { type MailServer, startMailServer } from '../support/smtp.ts'
import { goodPassword } from '../support/visitor.ts'
import { type DeployedNginx, startDeployedNginx } from './deployed-nginx.ts'

const account = 'doctor@shop.example.com'
const patience = { timeout: 30_000, interval: 200 }

let folder: Folder
let redis: RedisServer
let mail: MailServer
let nginx: DeployedNginx
let certificate: IssuedCertificate
let database: string
let ports: readonly number[]
let nodes: readonly ServerNode[] = []

const settings = (more: Readonly<Record<string, string>> = {}, withRedis = true) => ({
  database,
  ...(withRedis && { redis: redis.url }),
  environment: {
    NODE_ENV: 'production',
    VIGILE_PUBLIC_URL: `https://localhost:${nginx.port}`,
    VIGILE_TRUSTED_PROXIES: '127.0.0.1',
    VIGILE_DRAIN_SECONDS: '0',
    METRICS_PORT: '0',
    // In production it says there that it is ready.
    LOG_LEVEL: 'info',
    SMTP_URL: mail.url,
    VIGILE_BACKUP_TO: join(folder.path, 'backups'),
    VIGILE_BACKUP_KEY: 'plain',
    NODE_EXTRA_CA_CERTS: certificate.authority,
    ...more,
  },
})
const restartNodes = async (withRedis: boolean) => {
  await Promise.all(nodes.map((node) => node.stop()))
  // Those that were stopped would be on record for half a minute.
  await query('delete from nodes')
  nodes = await Promise.all(ports.map((port) => startNode(settings({ PORT: `${port}` }, withRedis))))
}

/** The real command, as a process. */
const doctor = async (given: ReturnType<typeof settings> = settings(), line = 'doctor --json', input = '') => {
  const environment = vigileProgram(line, given).env as Record<string, string>
  const run = spawnVigile(line, { folder: folder.path, environment, input })
  const exitCode = await run.ended
  if (!run.output().startsWith('{')) throw new Error(`${exitCode}\n${run.output()}\n${run.errors()}`)
  const { findings } = JSON.parse(run.output()) as { findings: Finding[] }
  const wrong = findings.filter(({ status }) => status !== 'pass')
  return { exitCode, findings, wrong: wrong.map(({ check, status, text }) => `${status} ${check}: ${text}`) }
}

const query = async (...statements: readonly string[]) => {
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  try {
    const results = []
    for (const statement of statements) results.push((await client.query(statement)).rows)
    return results
  } finally {
    await client.end()
  }
}

beforeAll(async () => {
  folder = await temporaryFolder('doctor')
  certificate = issueCertificate(folder.path, 'localhost')
  redis = await startRedis()
  mail = await startMailServer({ refuses: (address) => address.startsWith('gone-') })
  database = await freshDatabase()
  ports = [await freePort(), await freePort()]
  nginx = await startDeployedNginx(ports, {
    certificate: { certificate: certificate.chain, key: certificate.key },
    edit: (files) => files.replaceAll('shop.example.com', 'localhost'),
  })
  await runVigile('migrate', settings())
  await runVigile('backup', settings())
  await runVigile('backup drill', settings())
  const made = spawnVigile(`users create ${account} --verified --password-stdin`, {
    ...{ folder: folder.path, input: goodPassword },
    environment: vigileProgram('', settings()).env as Record<string, string>,
  })
  // A slow Redis is warned of, and is no failure.
  expect(await made.ended, made.errors()).toBe(0)
  await restartNodes(false)
}, startMs)
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  await Promise.all([nginx, redis, mail].map((one) => one?.stop()))
  await folder?.remove()
})

test('OPS-3 OPS-11 two nodes without Redis are found', async () => {
  const { exitCode, wrong } = await doctor(settings({}, false))
  expect(wrong).toEqual([expect.stringMatching(/^fail nodes: 2 nodes and no Redis/)])
  expect(exitCode).toBe(1)
})

test(
  'OPS-3 a sound deployment on PostgreSQL and Redis behind nginx with TLS is all green, a sign-in included',
  async () => {
    await restartNodes(true)
    const { exitCode, wrong, findings } = await doctor(
      settings(),
      `doctor --json --sign-in ${account} --password-stdin`,
      goodPassword,
    )
    expect(wrong).toEqual([])
    expect(exitCode).toBe(0)
    expect(new Set(findings.map(({ check }) => check)).size).toBe(17)
    expect(findings.find(({ check }) => check === 'nodes')?.text).toContain('2 nodes')
    expect(JSON.stringify(findings)).not.toContain(goodPassword)
    const [sessions] = await query('select 1 from sessions where revoked_at is null')
    expect(sessions).toEqual([])
  },
  startMs,
)

test('OPS-3 a pending migration is found, and stays pending', async () => {
  const [rows] = await query(
    `delete from vigile_migrations where name = (select max(name) from vigile_migrations) returning *`,
  )
  const [row] = rows as [{ name: string; timestamp: string }]
  const { exitCode, wrong } = await doctor()
  expect(wrong).toContain(`fail database: migrations are pending: ${row.name}`)
  expect(wrong).toContain('fail nodes: the node that answers is not ready (migrations, writes)')
  expect(exitCode).toBe(1)
  const [left] = await query(`select 1 from vigile_migrations where name = '${row.name}'`)
  expect(left).toEqual([])
  await query(`insert into vigile_migrations values ('${row.name}', '${row.timestamp}')`)
})

test('OPS-3 an old PostgreSQL, and one whose clock is a minute ahead', async () => {
  const { pathname } = new URL(database)
  await query(
    'create schema fake',
    `create function fake.clock_timestamp() returns timestamptz language sql as 'select pg_catalog.clock_timestamp() + interval ''1 minute'''`,
    `create function fake.current_setting(name text) returns text language sql as
      'select case name when ''server_version'' then ''14.9'' when ''server_version_num'' then ''140009'' else pg_catalog.current_setting(name) end'`,
    `alter database ${pathname.slice(1)} set search_path = fake, pg_catalog, public`,
  )
  const { wrong } = await doctor()
  await query(`alter database ${pathname.slice(1)} reset search_path`, 'drop schema fake cascade')
  // Each node's last report is a minute older by that clock.
  expect(wrong).toEqual([
    expect.stringMatching(/^fail clock: the database's clock is (59|60|61) s ahead/),
    'fail database: PostgreSQL 14.9 is older than 15',
    expect.stringMatching(/^warn nodes: /),
  ])
})

test('OPS-3 TOK-9 a secret that is not here, although the nodes have it and backups are under it', async () => {
  const other = 'pQ8sV3kXz6Yc1bN5mA9dF2gH7jL4wE0rT-another-secret-of-this-very-test-1'
  const { wrong } = await doctor(settings({ VIGILE_SECRET: other }))
  const known = vigileProgram('', settings()).env.VIGILE_SECRET
  const [id] = await createVouching([known]).keyIds()
  expect(wrong).toContain(`fail secrets: a secret that sessions may still be under is not in VIGILE_SECRET (id ${id})`)
})

test('OPS-3 OPS-8 TOK-9 a signing key that was not rotated and a backup of the day before yesterday', async () => {
  const hourMs = 3_600_000
  const age = (hours: number) => [
    `update signing_keys set signs_from = signs_from - ${100 * hours * hourMs}`,
    `update job_runs set finished_at = finished_at - ${hours * hourMs} where job = 'backup'`,
  ]
  await query(...age(27))
  const { wrong } = await doctor()
  await query(...age(-27))
  expect(wrong).toEqual([
    expect.stringMatching(/^fail signing_key: the signing key is 11\d days old/),
    // As old a site has had one.
    'fail jobs: no clean-up is on record',
    'fail backups: last backup is 27 hours old',
  ])
})

test('OPS-3 mail that bounces', async () => {
  const visitor = newVisitor(() => nodes[0] as ServerNode)
  for (const name of ['gone-a', 'gone-b', 'gone-c'])
    expect(
      (
        await visitor.post(
          '/api/auth/register',
          { email: `${name}@example.com`, password: goodPassword },
          { origin: `https://localhost:${nginx.port}` },
        )
      ).status,
    ).toBe(202)
  await vi.waitFor(async () => {
    const [refused] = await query(`select 1 from outbox where outcome = 'refused'`)
    expect(refused).toHaveLength(3)
  }, patience)
  expect((await doctor()).wrong).toEqual([expect.stringMatching(/^fail mail: the mail server refused 3 of \d letters/)])
})

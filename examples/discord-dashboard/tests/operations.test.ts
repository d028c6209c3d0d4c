// SYS-B, what runs it: faults that are told, secrets that change, backups that were proven, and what is cleaned away.
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startCollector } from '../../../tests/operations/collector.ts'
import { temporaryFolder } from '../../../tests/services/place.ts'
import { testSecret } from '../../../tests/support/site.ts'
import { type Dashboard, openDashboard, signIn } from './dashboard.ts'

const minute = 61_000
const engines = '197038439483310086'
const root = join(import.meta.dirname, '../../..')
const newSecret = 'zQ8mK4vTy7wXr2nLp9cFs3hJd6gBa5eUo1iYt0kVxRbNqWjHf-newer-secret-02'

let dashboard: Dashboard
let collector: Awaited<ReturnType<typeof startCollector>>
let keys: Awaited<ReturnType<typeof temporaryFolder>>
let secretFile: string
beforeAll(async () => {
  ;[collector, keys] = await Promise.all([startCollector(), temporaryFolder('dashboard-secrets')])
  secretFile = join(keys.path, 'vigile-secret')
  writeFileSync(secretFile, testSecret)
  dashboard = await openDashboard({
    env: { SENTRY_DSN: `http://publickey@${collector.host}/4711`, VIGILE_SECRET_FILE: secretFile },
  })
})
afterAll(async () => {
  await dashboard?.stop()
  await collector?.stop()
  await keys?.remove()
})

type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** A command of Vigile's beside the running dashboard; `clock`: with its time. */
const vigile = (line: string, { clock = false, env = {} }: { clock?: boolean; env?: Record<string, string> } = {}) => {
  const program = join(root, 'node_modules/.bin/vigile')
  const moved = clock ? ['--import', join(root, 'tests/support/moving-clock.ts')] : []
  const settings = {
    PATH: process.env.PATH,
    HOME: dashboard.folder,
    DATABASE_URL: `file:${join(dashboard.folder, 'vigile.db')}`,
    DISCORD_CLIENT_ID: dashboard.discord.client.id,
    DISCORD_CLIENT_SECRET: dashboard.discord.client.secret,
    DISCORD_SITE: dashboard.discord.url,
    LANG: 'C',
    TEST_CLOCK: join(dashboard.folder, 'clock'),
    VIGILE_BACKUP_KEY: 'plain',
    VIGILE_BACKUP_TO: join(dashboard.folder, 'backups'),
    VIGILE_PUBLIC_URL: dashboard.url,
    VIGILE_SECRET: `${newSecret},${testSecret}`,
    ...env,
  }
  const options = { cwd: join(import.meta.dirname, '..'), env: settings }
  return new Promise<Ran>((resolve) =>
    execFile(process.execPath, [...moved, program, ...line.split(' ')], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    ),
  )
}

test('SYS-B problem 10, OPS-5: a fault reaches Sentry with where it was, and nothing of who asked', async () => {
  const { ask, accessToken, visitor } = await signIn(dashboard)
  const path = `/api/guilds/${engines}/announcements`
  const title = 'planted-title-8841'
  const db = new DatabaseSync(join(dashboard.folder, 'vigile.db'), { timeout: 5_000 })
  db.exec('alter table announcements rename to lost')
  const answer = await ask('POST', path, { title, html: '' })
  expect([answer.status, answer.text.includes('announcements')]).toEqual([500, false])
  db.exec('alter table lost rename to announcements')
  db.close()
  await vi.waitFor(() => expect(collector.at('/envelope/').join('')).toContain('no such table'), 30_000)
  const sent = JSON.stringify(collector.received)
  expect(sent).toContain('announcements.js')
  for (const secret of [accessToken, visitor.cookie('refresh') ?? '-', title, 'ada@example.com', 'Lovelace'])
    expect(sent).not.toContain(secret)
  expect((await visitor.get('/health/ready')).status).toBe(200)
})

test('SYS-B problem 11, OPS-2 TOK-9: the secret is exchanged while it runs, and nobody is logged out', async () => {
  dashboard.moveClock(minute)
  const before = await signIn(dashboard)
  const keyOf = (visitor: typeof before.visitor) => visitor.cookie('refresh')?.split('.')[1]
  writeFileSync(secretFile, `${newSecret}\n${testSecret}\n`)
  // It is read every few seconds.
  await vi.waitFor(
    async () => {
      dashboard.moveClock(minute)
      const { visitor } = await signIn(dashboard, 'grace')
      expect(keyOf(visitor)).not.toBe(keyOf(before.visitor))
    },
    { timeout: 30_000, interval: 1_000 },
  )
  expect((await before.visitor.refresh()).status).toBe(200)
  expect((await before.ask('GET', '/api/guilds')).body.state).toBe('fresh')
  // In production a weak one keeps everything from starting: it is named, and not repeated.
  const weak = await vigile('config check', { env: { NODE_ENV: 'production', VIGILE_SECRET: 'changeme-please' } })
  expect(weak.code).not.toBe(0)
  expect(weak.stdout + weak.stderr).toContain('VIGILE_SECRET')
  expect(weak.stdout + weak.stderr).not.toContain('changeme-please')
})

test('SYS-B problem 12, OPS-8: a backup beside the running dashboard holds its announcements too, and is proven by a drill', async () => {
  const { ask } = await signIn(dashboard)
  const announce = (title: string) => ask('POST', `/api/guilds/${engines}/announcements`, { title, html: '' })
  // While somebody else writes, it waits.
  const other = new DatabaseSync(join(dashboard.folder, 'vigile.db'), { timeout: 5_000 })
  other.exec('begin immediate')
  const waiting = announce('kept-4711')
  await setTimeout(200)
  other.exec('commit')
  expect((await waiting).status).toBe(201)
  const taken = await vigile('backup')
  expect([taken.code, taken.stderr]).toEqual([0, ''])
  const drill = await vigile('backup drill --json')
  expect([drill.code, drill.stderr]).toEqual([0, ''])
  const proof = JSON.parse(drill.stdout)
  expect(proof).toMatchObject({ differences: [], audit: { ok: true }, signIn: null })
  expect(proof.rows).toBeGreaterThan(10)
  const restored = join(dashboard.folder, 'restored.db')
  expect(await vigile(`restore --into file:${restored}`)).toMatchObject({ code: 0 })
  const again = new DatabaseSync(restored)
  expect(again.prepare("select count(*) as n from announcements where title = 'kept-4711'").get()).toEqual({ n: 1 })
  again.close()
  other.close()
})

test('SYS-B problem 9, TOK-10: what has ended is cleaned away, at 02:00 or by command; what lives stays', async () => {
  dashboard.moveClock(minute)
  const old = await signIn(dashboard)
  dashboard.moveClock(31 * 86_400_000)
  const alive = await signIn(dashboard, 'grace')
  const cleaned = await vigile('cleanup --json', { clock: true })
  expect(cleaned.code).toBe(0)
  expect(JSON.parse(cleaned.stdout).sessions).toBeGreaterThan(0)
  expect((await alive.visitor.refresh()).status).toBe(200)
  expect((await old.visitor.refresh()).body.reason).toBe('unknown')
})

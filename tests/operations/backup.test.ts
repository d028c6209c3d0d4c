// Backups, taken and restored by the real program while real servers work (OPS-8).
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { zstdDecompressSync } from 'node:zlib'
import { createVouching } from '@vigile/engine'
import pg from 'pg'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createFolderPlace } from '../../server/src/backup/folder-place.ts'
import { restoreBackup } from '../../server/src/backup/restore-backup.ts'
import { takeBackup } from '../../server/src/backup/take-backup.ts'
import { createCrowd } from '../nodes/crowd.ts'
import { copyOf, newVisitor, runVigile, type ServerNode, startNode, vigileProgram } from '../nodes/node.ts'
import { type Folder, temporaryFolder } from '../services/place.ts'
import { programPath } from '../services/program-path.ts'
import { startS3 } from '../services/s3.ts'
import { goodPassword } from '../support/visitor.ts'
import { ask, kinds } from './kept.ts'

type Key = { readonly identity: string; readonly recipient: string }
type Drill = { readonly rows: number; readonly differences: string[]; readonly audit: { ok: boolean }; signIn: null }

const patience = { timeout: 30_000, interval: 100 }
let key: Key
let readBy: Record<string, string>
const cleanUps: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  key = JSON.parse(await runVigile('backup key --json', { database: 'file:./nowhere.db' })) as Key
  readBy = { VIGILE_BACKUP_KEY: key.identity }
}, 300_000)
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const newPlace = async (): Promise<{ readonly path: string; readonly environment: Record<string, string> }> => {
  const folder: Folder = await temporaryFolder('backups')
  cleanUps.push(folder.remove)
  // The servers' key can't read what it writes.
  return { path: folder.path, environment: { VIGILE_BACKUP_TO: folder.path, VIGILE_BACKUP_KEY: key.recipient } }
}

describe.each(kinds)('on %s', (_, keep) => {
  const newKept = async () => {
    const kept = await keep()
    cleanUps.push(kept.close)
    return kept
  }

  test('OPS-8 S-38 H-10 a backup under load is proven by the drill; restored into an empty database nobody is signed in, or whoever was then', async () => {
    const { database, ledger, empty } = await newKept()
    const { environment } = await newPlace()
    const reader = { database, environment: { ...environment, ...readBy } }
    let node: ServerNode = await startNode({ database, environment: { VIGILE_BACKUP_SCHEDULE: 'off', ...environment } })
    cleanUps.push(() => node.stop())
    const at = () => node
    const [stayer, leaver] = [newVisitor(at), newVisitor(at)]
    expect((await stayer.signUp('stayer@example.com')).status).toBe(201)
    expect((await leaver.signUp('leaver@example.com')).status).toBe(201)
    await ledger.passTime(2)
    const crowd = createCrowd(4, () => [node])
    await crowd.enter()
    const life = crowd.live()
    await life.answers(10)
    await runVigile('backup', { database, environment })
    await life.answers(10)
    await life.stop()
    const thief = copyOf(leaver, at)
    expect((await leaver.post('/api/auth/logout', {})).status).toBe(204)

    const drill = JSON.parse(await runVigile('backup drill --json', reader)) as Drill
    expect(drill).toMatchObject({ differences: [], audit: { ok: true, faults: [] }, signIn: null, missingKeys: [] })
    expect(drill.rows).toBeGreaterThan(10)
    await node.stop()

    const anew = await empty()
    await runVigile(`restore --into ${anew}`, reader)
    node = await startNode({ database: anew })
    expect((await stayer.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'ended_by_operator' })
    expect((await stayer.me()).status).toBe(401)
    expect((await newVisitor(at).signIn('stayer@example.com', goodPassword)).status).toBe(200)
    await node.stop()
    const log = JSON.parse(await runVigile('audit verify --json', { database: anew })) as { restores: object[] }
    expect(log).toMatchObject({ ok: true, faults: [] })
    expect(log.restores).toHaveLength(1)

    const kept = await empty()
    await runVigile(`restore --keep-sessions --into ${kept}`, reader)
    node = await startNode({ database: kept })
    // The thief's was ended after the backup, which has never heard of it: docs/backup.md says so.
    for (const visitor of [copyOf(stayer, at), thief]) expect((await visitor.refresh()).status).toBe(200)
  }, 400_000)

  test('OPS-8 what is not whole, not empty or in use is refused, and nothing is touched; a replaced database is the one of the backup', async () => {
    const { database } = await newKept()
    const { path, environment } = await newPlace()
    const reader = { database, environment: { ...environment, ...readBy } }
    const node: ServerNode = await startNode({
      database,
      environment: { VIGILE_BACKUP_SCHEDULE: 'off', ...environment },
    })
    cleanUps.push(() => node.stop())
    expect((await newVisitor(() => node).signUp('before@example.com')).status).toBe(201)
    await runVigile('backup', { database, environment })
    expect((await newVisitor(() => node).signUp('after@example.com')).status).toBe(201)
    await expect(runVigile('restore --replace --yes', reader)).rejects.toThrow('Stop them first')
    await node.stop()

    const emails = async () => (await ask(database, 'select email from users order by email')).map(({ email }) => email)
    await expect(runVigile('restore', reader)).rejects.toThrow('is not empty')
    await expect(runVigile('restore --replace', reader)).rejects.toThrow('Add --yes')
    const writes = { database, environment }
    await expect(runVigile('restore --replace --yes', writes)).rejects.toThrow('AGE-SECRET-KEY-1')
    for (const ending of ['.age', '.json']) {
      const file = join(path, (await readdir(path)).find((name) => name.endsWith(ending)) ?? '')
      const whole = await readFile(file)
      const changed = Buffer.from(whole)
      const middle = Math.floor(whole.length / 2)
      changed[middle] = (changed[middle] ?? 0) ^ 1
      await writeFile(file, changed)
      await expect(runVigile('restore --replace --yes', reader)).rejects.toThrow('nothing was done')
      await writeFile(file, whole)
    }
    const other = { VIGILE_SECRET: 'Xz9kL7hJ5fG3sD1aOp6iU4yT8rE2wM5nB7uC1xZtY0q9VkR3-of-another-site' }
    await expect(
      runVigile('restore --replace --yes', { database, environment: { ...reader.environment, ...other } }),
    ).rejects.toThrow('not in VIGILE_SECRET')
    expect(await emails()).toEqual(['after@example.com', 'before@example.com'])

    await runVigile('restore --replace --yes', reader)
    expect(await emails()).toEqual(['before@example.com'])
    const live = await ask(database, 'select count(*) as live from sessions where revoked_at is null')
    expect(Number(live[0]?.live)).toBe(0)
  }, 400_000)
})

test('OPS-8 a backup opens without Vigile: age of another make, zstd, PostgreSQL', async () => {
  const [, keep] = kinds[0]
  const { database, close } = await keep()
  cleanUps.push(close)
  const { path, environment } = await newPlace()
  await runVigile('migrate', { database })
  await runVigile('backup', { database, environment })
  const file = join(path, (await readdir(path)).find((name) => name.endsWith('.db.zst.age')) ?? '')
  const identity = join(path, 'identity')
  await writeFile(identity, `${key.identity}\n`)
  const opened = zstdDecompressSync(execFileSync(programPath('age'), ['-d', '-i', identity, file]))
  expect(opened.subarray(0, 15).toString()).toBe('SQLite format 3')
})

test('OPS-8 a restore that is killed leaves what was there, and can be begun again', async () => {
  const [, keep] = kinds[1]
  const { database, close } = await keep()
  cleanUps.push(close)
  const { environment } = await newPlace()
  const reader = { database, environment: { ...environment, ...readBy } }
  await runVigile('backup', { database, environment })
  await runVigile('keys rotate', { database })

  const rotated = async () => (await ask(database, `select 1 from audit_entries where action = 'keys:rotate'`)).length

  // Somebody reads a table: the restore waits for them, in the middle of its transaction.
  const holder = new pg.Client({ connectionString: database })
  await holder.connect()
  await holder.query('begin')
  await holder.query('select 1 from users limit 1')
  const { command, args, env } = vigileProgram('restore --replace --yes', reader)
  const restore = spawn(command, args, { env, stdio: 'ignore', cwd: '/' })
  const restoring = `select pid from pg_stat_activity where application_name = 'vigile-backup' and wait_event_type = 'Lock'
    and datname = current_database()`
  await vi.waitUntil(async () => (await ask(database, restoring)).length > 0, patience)
  // Whatever it has to send is sent by now.
  await wait(800)
  restore.kill('SIGKILL')
  await once(restore, 'close')
  await holder.query('rollback')
  await holder.end()
  const rest = `select pid from pg_stat_activity where application_name = 'vigile-backup' and datname = current_database()`
  await vi.waitUntil(async () => (await ask(database, rest)).length === 0, patience)
  expect(await rotated()).toBe(1)

  await runVigile('restore --replace --yes', reader)
  expect(await rotated()).toBe(0)
}, 400_000)

test('OPS-8 S-38 a restore that ends right after its commit has revived nobody', async () => {
  const [, keep] = kinds[1]
  const { database, empty, close } = await keep()
  cleanUps.push(close)
  const folder = await temporaryFolder('backups')
  cleanUps.push(folder.remove)
  const node = await startNode({ database })
  expect((await newVisitor(() => node).signUp('ada@example.com')).status).toBe(201)
  await node.stop()
  const place = createFolderPlace(folder.path)
  const opened = { recipient: null, identity: null }
  const vouching = createVouching('v'.repeat(64))
  const manifest = await takeBackup({ database: { kind: 'postgres', url: database }, place, key: opened, vouching })
  const url = await empty()
  const restored = restoreBackup({
    ...{ place, manifest, key: opened, replace: false, keepSessions: false },
    target: { kind: 'postgres', url },
    finish: () => Promise.reject(new Error('killed')),
  })
  await expect(restored).rejects.toThrow('restore it again')
  expect(await ask(url, 'select revoked_reason from sessions')).toEqual([{ revoked_reason: 'ended_by_operator' }])
}, 300_000)

test('OPS-8 OPS-9 TOK-10 a backup that no node was there for is taken at the start; a node that is stopped in the middle leaves it to the next', async () => {
  const [, keep] = kinds[1]
  const { database, close } = await keep()
  cleanUps.push(close)
  const store = await startS3()
  cleanUps.push(store.stop)
  // Ten minutes ago; and one of the day before was taken.
  const moment = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 600_000)
  await ask(
    database,
    `insert into job_runs (job, slot, node, claimed_at, leased_until, finished_at, result)
      values ('backup', ${moment.getTime() - 86_400_000}, 'gone', 1, 1, 1, '{}')`,
  )
  const settings = {
    database,
    environment: {
      ...{ TZ: 'UTC', VIGILE_BACKUP_TO: 's3://bucket/kept', VIGILE_BACKUP_KEY: key.recipient, AWS_ACCESS_KEY_ID: 'id' },
      ...{ AWS_SECRET_ACCESS_KEY: 'secret', AWS_ENDPOINT_URL_S3: store.url },
      VIGILE_BACKUP_SCHEDULE: `${moment.getUTCMinutes()} ${moment.getUTCHours()} * * *`,
    },
  }
  const run = async () =>
    (
      await ask(
        database,
        `select leased_until, finished_at from job_runs where job = 'backup' and slot = ${moment.getTime()}`,
      )
    )[0]
  store.hang('PUT ')
  const first = await startNode(settings)
  cleanUps.push(() => first.stop())
  await vi.waitUntil(() => store.hanging() > 0, patience)
  await first.stop()
  expect(await run()).toMatchObject({ finished_at: null })
  expect(Number((await run())?.leased_until)).toBeLessThan(Date.now() + 60_000)
  expect(store.objects.size).toBe(0)
  const open = `select 1 from pg_stat_activity where application_name ~ '^(vigile|pg_dump)' and datname = current_database()`
  await vi.waitUntil(async () => (await ask(database, open)).length === 0, patience)

  store.hang('')
  const second = await startNode(settings)
  cleanUps.push(() => second.stop())
  await vi.waitUntil(async () => (await run())?.finished_at != null, patience)
  expect([...store.objects.keys()].filter((name) => name.endsWith('.json'))).toHaveLength(1)
}, 400_000)

test('OPS-8 two servers with a schedule take each backup once, and prove the newest one each time it is due once', async () => {
  const [, keep] = kinds[1]
  const { database, close } = await keep()
  cleanUps.push(close)
  const { path, environment } = await newPlace()
  const settings = {
    database,
    environment: {
      ...environment,
      ...readBy,
      VIGILE_BACKUP_SCHEDULE: '* * * * * *',
      VIGILE_BACKUP_DRILL_SCHEDULE: '*/3 * * * * *',
    },
  }
  const nodes = await Promise.all([startNode(settings), startNode(settings)])
  cleanUps.push(() => Promise.all(nodes.map((node) => node.stop())))
  const taken = async () => (await readdir(path)).filter((name) => name.endsWith('.json'))
  await vi.waitUntil(async () => (await taken()).length >= 4, { ...patience, timeout: 120_000 })
  const drills = () =>
    ask(database, `select slot, result from job_runs where job = 'backup-drill' and finished_at is not null`)
  await vi.waitUntil(async () => (await drills()).length >= 2, { ...patience, timeout: 120_000 })
  expect(JSON.parse(String((await drills())[0]?.result))).toMatchObject({
    rows: expect.any(Number),
    seconds: expect.any(Number),
  })
  await Promise.all(nodes.map((node) => node.stop()))
  const runs = await ask(database, `select result from job_runs where job = 'backup' and finished_at is not null`)
  const count = (await taken()).length
  // A node may have been stopped between the two.
  expect(count - runs.length).toBeGreaterThanOrEqual(0)
  expect(count - runs.length).toBeLessThanOrEqual(nodes.length)
  expect(JSON.parse(String(runs[0]?.result))).toMatchObject({ bytes: expect.any(Number), removed: 0 })
  expect((await readdir(path)).filter((name) => name.endsWith('.partial'))).toEqual([])
}, 400_000)

// An embedded database that is restored by a process that is killed (OPS-8).
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runVigile, vigileProgram } from '../nodes/node.ts'
import { type Folder, temporaryFolder } from '../services/place.ts'

/** `npm run test:long` kills more. */
const kills = Number(process.env.VIGILE_KILLS ?? 10)
const mebibytes = 24
const settings = { environment: { VIGILE_BACKUP_KEY: 'plain' } }

let folder: Folder
let file: string
let reader: Parameters<typeof runVigile>[1]

beforeEach(async () => {
  folder = await temporaryFolder('restored')
  file = join(folder.path, 'vigile.db')
  const place = join(folder.path, 'backups')
  reader = { database: `file:${file}`, environment: { ...settings.environment, VIGILE_BACKUP_TO: place } }
})
afterEach(() => folder.remove())

const sql = (text: string) => {
  const database = new DatabaseSync(file, { timeout: 10_000 })
  try {
    return database.prepare(text).all()
  } finally {
    database.close()
  }
}
/** An application's own table beside Vigile's says of which time the database is. */
const era = () => sql('select name from era').map(({ name }) => name)
const isAtWork = async () => (await readdir(folder.path)).some((name) => name.startsWith('.vigile-backup-'))

/** The time after the backup, as a server that was killed leaves it: what it wrote last is in the log beside the file alone. */
const turnBack = async () => {
  sql('pragma journal_mode = wal')
  const database = new DatabaseSync(file)
  database.exec(`pragma wal_autocheckpoint = 0; update era set name = 'since'`)
  for (const part of ['', '-wal']) await copyFile(`${file}${part}`, `${file}${part}.left`)
  database.close()
  for (const part of ['', '-wal']) await rename(`${file}${part}.left`, `${file}${part}`)
}

/** Begins a restore, and waits until it works on the copy. */
const beginRestore = async () => {
  const { command, args, env } = vigileProgram('restore --replace --yes', reader)
  const child = spawn(command, args, { env, stdio: 'ignore', cwd: '/' })
  const closed = once(child, 'close')
  while (child.exitCode === null && !(await isAtWork())) await wait(1)
  return { child, closed, begunAt: performance.now() }
}

test('OPS-8 a restore of the embedded database that is killed at any moment leaves the old one or the new one, never neither', async () => {
  await runVigile('migrate', reader)
  sql('create table era (name text) strict')
  sql(`insert into era values ('backup')`)
  sql('create table weight (content blob) strict')
  for (let piece = 0; piece < mebibytes; piece++)
    sql(`insert into weight values (x'${randomBytes(1 << 20).toString('hex')}')`)
  await runVigile('backup', reader)

  await turnBack()
  const whole = await beginRestore()
  await whole.closed
  const tookMs = performance.now() - whole.begunAt
  expect([whole.child.exitCode, era()]).toEqual([0, ['backup']])

  const found: string[] = []
  for (let kill = 0; kill < kills; kill++) {
    await turnBack()
    const { child, closed } = await beginRestore()
    // At once, then one in each tenth of the time that it takes; no two runs are the same.
    if (kill > 0) await wait(((kill % 10) + Math.random()) * (tookMs / 10))
    child.kill('SIGKILL')
    await closed
    const [name] = era()
    expect(['backup', 'since'], `kill ${kill}`).toContain(name)
    expect(sql('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(sql('select count(*) as pieces from weight')).toEqual([{ pieces: mebibytes }])
    found.push(String(name))
  }
  // The first comes long before the exchange.
  expect(found).toContain('since')
  await turnBack()
  await runVigile('restore --replace --yes', reader)
  expect(era()).toEqual(['backup'])
}, 400_000)

// A database that is empty where there are backups of one (OPS-8): nothing makes it anew by itself.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeVigile } from '../fake-vigile.suite.ts'
import { call } from './call.suite.ts'

let folder: string
let settings: Record<string, string>
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigile-migrate-command-'))
  const database = new DatabaseSync(join(folder, 'vigile.db'))
  database.exec('create table people (name text) strict')
  database.close()
  settings = {
    VIGILE_SECRET: 'R3kV9q0YtZ1xC7uB5nM2wE8rT4yU6iOpA1sD3fG5hJ7kL9zXq2W4e6R8t0Y1u3I5',
    DATABASE_URL: `file:${join(folder, 'vigile.db')}`,
    VIGILE_BACKUP_TO: join(folder, 'backups'),
    VIGILE_BACKUP_KEY: 'plain',
  }
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (line: string, more: Record<string, string> = {}, fake = createFakeVigile()) =>
  call(line, { environment: { ...settings, ...more }, fake, folder })
const migrated = createFakeVigile({
  overrides: { migrationState: async () => ({ pending: ['0002-second'], applied: ['0001-first'] }) },
})

test('OPS-8 OPS-9 an empty database is not made anew where a secret of this site vouches for a backup, unless told', async () => {
  const first = await run('migrate')
  expect([first.exitCode, first.output]).toEqual([0, expect.stringContaining('The database is new and empty')])
  expect((await run('backup')).exitCode).toBe(0)

  const refused = await run('migrate --json')
  expect([refused.exitCode, JSON.parse(refused.output)]).toEqual([1, expect.objectContaining({ error: 'has_backup' })])
  const { errors } = await run('migrate')
  expect(errors).toContain('vigile restore')
  expect(errors).toContain('vigile migrate --new')
  const french = await run('migrate', { LANG: 'fr_FR.UTF-8' })
  expect(french.errors).toContain('contient une sauvegarde de ce site')
  expect((await run('migrate --new')).output).toContain('0001-first')

  // One that has tables is what it was; another site's backups are none of ours; without a place nobody knows of any.
  const later = await run('migrate', {}, migrated)
  expect([later.exitCode, later.output]).toEqual([0, expect.not.stringContaining('new and empty')])
  expect((await run('migrate', { VIGILE_SECRET: 'a'.repeat(40) + settings.VIGILE_SECRET })).exitCode).toBe(0)
  expect((await run('migrate', { VIGILE_BACKUP_TO: '' })).output).toContain('The database is new and empty')
})

test('OPS-8 where the backups can’t be looked at, it is not made anew either', async () => {
  const file = join(folder, 'no-folder')
  await writeFile(file, '')
  const refused = await run('migrate --json', { VIGILE_BACKUP_TO: file })
  expect([refused.exitCode, JSON.parse(refused.output)]).toEqual([
    1,
    expect.objectContaining({ error: 'backups_away' }),
  ])
  expect((await run('migrate --new', { VIGILE_BACKUP_TO: file })).exitCode).toBe(0)
})

test('OPS-8 a server does not start with a new embedded database in place of one that has a backup', async () => {
  await run('backup')
  const fake = createFakeVigile()
  const { exitCode, errors } = await run('start', {}, fake)
  expect([exitCode, errors]).toEqual([1, expect.stringContaining('vigile restore')])
  expect(fake.calls).not.toContain('startJobs')
})

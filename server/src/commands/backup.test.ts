// The commands of backups, in this process, on a small embedded database.
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Vigile } from '@vigile/engine'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFakeVigile, wholeLog } from '../fake-vigile.suite.ts'
import { call } from './call.suite.ts'

const broken = { ...wholeLog, ok: false }
let folder: string
let settings: Record<string, string>
let key: { identity: string; recipient: string }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigile-backup-command-'))
  const database = new DatabaseSync(join(folder, 'vigile.db'))
  database.exec(`create table people (name text) strict; insert into people values ('ada'), ('grace')`)
  database.close()
  key = JSON.parse((await call('backup key --json')).output) as typeof key
  settings = {
    VIGILE_SECRET: 'R3kV9q0YtZ1xC7uB5nM2wE8rT4yU6iOpA1sD3fG5hJ7kL9zXq2W4e6R8t0Y1u3I5',
    DATABASE_URL: `file:${join(folder, 'vigile.db')}`,
    VIGILE_BACKUP_TO: join(folder, 'backups'),
    VIGILE_BACKUP_KEY: key.identity,
  }
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (line: string, more: Record<string, string> = {}, parts: Parameters<typeof createFakeVigile>[0] = {}) =>
  call(line, { environment: { ...settings, ...more }, fake: createFakeVigile(parts), folder })

describe('OPS-8', () => {
  test('a backup is taken, listed, noted for the metrics, and can be restored into another file by its own', async () => {
    const noted: unknown[] = []
    const jobs = { schedule: () => {}, last: async () => null, note: async (...run: unknown[]) => void noted.push(run) }
    const taken = await run('backup --json', {}, { overrides: { jobs } })
    const { name, rows, bytes } = JSON.parse(taken.output) as { name: string; rows: number; bytes: number }
    expect([taken.exitCode, rows]).toEqual([0, 2])
    expect(noted).toEqual([['backup', { rows, bytes, seconds: 0 }]])
    expect((await run('backup list')).output).toContain(name)
    expect(JSON.parse((await run('backup list --json')).output)).toMatchObject({ backups: [{ ok: true, name }] })

    const restored: unknown[] = []
    const backups = { restored: async (...done: unknown[]) => void restored.push(done[0]) }
    const line = `restore ${join(folder, 'backups', `${name}.json`)} --into file:${join(folder, 'other.db')}`
    const done = await run(line, { VIGILE_BACKUP_TO: '' }, { overrides: { backups } })
    expect([done.exitCode, done.errors]).toEqual([0, ''])
    expect(done.output).toContain('everybody signs in anew')
    expect(restored).toMatchObject([{ backup: name, position: 0, keepSessions: false }])
    const other = new DatabaseSync(join(folder, 'other.db'))
    expect(other.prepare('select count(*) as count from people').get()).toMatchObject({ count: 2 })
    other.close()
    // Nothing is left beside them.
    const left = (await readdir(folder)).filter((file) => !/^(data|backups|(vigile|other)\.db(-server)?)$/.test(file))
    expect(left).toEqual([])
  })

  test('what can only write backups is said, and so is a place without any, and none', async () => {
    await run('backup')
    const refused = await run('restore --json', { VIGILE_BACKUP_KEY: key.recipient })
    expect([refused.exitCode, JSON.parse(refused.output)]).toMatchObject([1, { error: 'not_empty' }])
    const into = `restore --json --into file:${join(folder, 'other.db')}`
    expect(JSON.parse((await run(into, { VIGILE_BACKUP_KEY: key.recipient })).output).error).toBe('key_only_writes')
    expect((await run('restore vigile-20260101T000000Z-abcdef')).errors).toContain('There is no backup')
    expect((await run('backup', { VIGILE_BACKUP_TO: '' })).errors).toContain('No place for backups is set')
    expect((await run('backup', { VIGILE_BACKUP_TO: '', LANG: 'fr_FR.UTF-8' })).errors).toContain('Aucun lieu')
  })

  test('a database is replaced only by who types its name', async () => {
    await run('backup')
    const file = join(folder, 'vigile.db')
    const typed = (answer: string) =>
      call('restore --replace', { environment: settings, fake: createFakeVigile(), folder, typed: [answer] })
    expect((await typed('yes')).errors).toContain('Nothing was done')
    expect((await typed(file)).exitCode).toBe(0)
  })

  test('a damaged database is neither read nor replaced: who restores is told to move it', async () => {
    await run('backup')
    const file = join(folder, 'vigile.db')
    const damaged = Buffer.alloc(8_192, 'not a database')
    await writeFile(file, damaged)
    const refused = await run('restore --replace --yes --json')
    expect([refused.exitCode, JSON.parse(refused.output).error]).toEqual([1, 'unreadable'])
    expect(await readFile(file)).toEqual(damaged)
    await rename(file, `${file}.damaged`)
    expect((await run('restore')).exitCode).toBe(0)
  })

  test.each([
    ['an audit log that is not whole', { audit: { ...createFakeVigile().audit, verify: async () => broken } }],
    ['an engine that nobody can sign in to', { fetch: async () => new Response(null, { status: 503 }) }],
  ])('the drill fails where there is %s', async (_, overrides: Partial<Vigile>) => {
    await run('backup')
    const drill = await run('backup drill --json', {}, { overrides })
    expect([drill.exitCode, JSON.parse(drill.output)]).toMatchObject([1, { error: 'not_proven', differences: [] }])
    expect((await readdir(folder)).filter((file) => file.startsWith('.'))).toEqual([])
  })
})

describe('OPS-1 the settings', () => {
  test.each([
    [{ VIGILE_BACKUP_TO: 'backups' }, 'VIGILE_BACKUP_TO'],
    [{ VIGILE_BACKUP_KEY: 'age1notakey' }, 'VIGILE_BACKUP_KEY'],
    [{ VIGILE_BACKUP_KEY: 'AGE-SECRET-KEY-1NOTAKEY' }, 'VIGILE_BACKUP_KEY'],
    [{ VIGILE_BACKUP_SCHEDULE: 'each night' }, 'VIGILE_BACKUP_SCHEDULE'],
    [{ VIGILE_BACKUP_DRILL_SCHEDULE: 'each week' }, 'VIGILE_BACKUP_DRILL_SCHEDULE'],
    [{ VIGILE_BACKUP_DRILL_SCHEDULE: '0 4 * * 0', VIGILE_BACKUP_TO: '' }, 'VIGILE_BACKUP_TO'],
    [{ VIGILE_BACKUP_DRILL_SCHEDULE: '0 4 * * 0', VIGILE_BACKUP_KEY: 'writes' }, 'VIGILE_BACKUP_KEY'],
    [{ VIGILE_BACKUP_KEEP: 'all' }, 'VIGILE_BACKUP_KEEP'],
    [
      { NODE_ENV: 'production', VIGILE_PUBLIC_URL: 'https://a.example.com', VIGILE_BACKUP_KEY: '' },
      'VIGILE_BACKUP_KEY',
    ],
  ])('%j is refused, and no key is repeated', async (said: Record<string, string>, setting) => {
    const more = said.VIGILE_BACKUP_KEY === 'writes' ? { ...said, VIGILE_BACKUP_KEY: key.recipient } : said
    const { exitCode, output } = await run('config check --json', more)
    const faults = (JSON.parse(output) as { faults: { setting: string }[] }).faults.map((fault) => fault.setting)
    expect([exitCode, faults]).toEqual([2, [expect.stringContaining(setting)]])
    expect(output).not.toContain('NOTAKEY')
    expect(output).not.toContain(key.identity)
  })

  test('in production backups may be left open by saying so', async () => {
    const more = { NODE_ENV: 'production', VIGILE_PUBLIC_URL: 'https://a.example.com', VIGILE_BACKUP_KEY: 'plain' }
    expect((await run('config check', more)).exitCode).toBe(0)
    expect((await run('backup', more)).output).toContain('It is not encrypted')
  })
})

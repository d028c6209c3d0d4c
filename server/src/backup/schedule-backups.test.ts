// Backups and drills by the clock, in this process, on a small embedded database and the real engine.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createVigile } from '@vigile/engine'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeKey } from './key.ts'
import { scheduleBackups } from './schedule-backups.ts'

type Work = (signal: AbortSignal) => Promise<Readonly<Record<string, number>>>

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
let folder: string
let file: string
let identity: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigile-schedule-'))
  file = join(folder, 'vigile.db')
  ;({ identity } = await makeKey())
  const vigile = createVigile({ ...settings(), publicUrl: 'http://localhost:3000', production: false, log })
  await vigile.migrate()
  await vigile.close()
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const settings = () => ({ database: `file:${file}`, secrets: '0123456789abcdef'.repeat(4) })

const schedule = (backup: object = {}) => {
  const jobs = new Map<string, { readonly pattern: string; readonly work: Work }>()
  const vigile = {
    jobs: {
      schedule: ({ job, ...planned }: { job: string; pattern: string; work: Work }) => void jobs.set(job, planned),
      note: async () => {},
      last: async () => null,
    },
  }
  const configNow = () => ({ ...settings(), backup: { to: join(folder, 'backups'), key: identity, ...backup } })
  const stopping = new AbortController()
  scheduleBackups({ vigile, createVigile, log }, configNow)
  const run = async (job: string) => jobs.get(job)?.work(stopping.signal)
  return { patterns: Object.fromEntries([...jobs].map(([job, { pattern }]) => [job, pattern])), run, stopping }
}
const left = async () =>
  (await readdir(folder)).filter((name) => !/^(backups|vigile\.db(-(wal|shm|server))?)$/.test(name))

test('OPS-8 drills are planned only where it is said; backups wherever there is a place', () => {
  expect(schedule().patterns).toEqual({ backup: '30 2 * * *' })
  expect(schedule({ drillSchedule: '0 4 * * 0', schedule: 'off' }).patterns).toEqual({ 'backup-drill': '0 4 * * 0' })
  expect(schedule({ to: undefined, drillSchedule: '0 4 * * 0' }).patterns).toEqual({})
})

test('OPS-8 a drill by the clock proves the newest backup, and leaves nothing; its figures are kept', async () => {
  const { run } = schedule({ drillSchedule: '0 4 * * 0' })
  await expect(run('backup-drill')).rejects.toThrow('there is no backup')
  const taken = await run('backup')
  expect(await run('backup-drill')).toEqual({ rows: taken?.rows, entries: 0, seconds: expect.any(Number) })
  expect(await left()).toEqual([])
})

test('OPS-8 attack: somebody deletes the record of what they did; the drill of the next backup fails, and says why', async () => {
  const vigile = createVigile({ ...settings(), publicUrl: 'http://localhost:3000', production: false, log })
  const operator = { kind: 'operator', name: 'ada' } as const
  await vigile.users.create({ email: 'mallory@example.com', password: 'correct horse battery 42' }, operator)
  // Sealed soon after: until then nothing vouches for it.
  const database = new DatabaseSync(file, { timeout: 5_000 })
  const sealed = database.prepare('select 1 from audit_entries where position is not null')
  await vi.waitUntil(() => sealed.get(), { timeout: 20_000 })
  await vigile.close()
  const { run } = schedule({ drillSchedule: '0 4 * * 0' })
  database.exec('delete from audit_entries where position = (select min(position) from audit_entries)')
  database.close()
  await run('backup')
  await expect(run('backup-drill')).rejects.toThrow(/is not proven: audit /)
  expect(await left()).toEqual([])
})

test('OPS-8 a node that stops breaks the drill off, and its scratch database is gone when it has ended', async () => {
  const { run, stopping } = schedule({ drillSchedule: '0 4 * * 0' })
  await run('backup')
  const drill = run('backup-drill')
  stopping.abort()
  await expect(drill).rejects.toThrow('abort')
  expect(await left()).toEqual([])
})

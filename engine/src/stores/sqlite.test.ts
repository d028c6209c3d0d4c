// What is particular to the embedded database.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, sql } from 'kysely'
import { afterAll, expect, test, vi } from 'vitest'
import { auditEntry, noContext } from '../audit/entry.ts'
import { silentLog } from '../primitives/log.ts'
import { StoreBrokenError, StoreUnavailableError } from '../primitives/unavailable.ts'
import { createMemoryChannel } from './memory-channel.ts'
import { createOneAtATime } from './one-at-a-time.ts'
import { sampleAccount, sampleSession } from './samples.suite.ts'
import type { Tables } from './schema.ts'
import { openSqlite, type SqliteDatabase } from './sqlite.ts'
import { createSqliteConnection, openFile } from './sqlite-connection.ts'
import { createSqliteDialect } from './sqlite-dialect.ts'

const folder = mkdtempSync(join(tmpdir(), `vigile-test-${process.pid}-sqlite-`))
const opened: SqliteDatabase[] = []
afterAll(async () => {
  await Promise.all(opened.map((database) => database.close()))
  rmSync(folder, { recursive: true, force: true })
})

let files = 0
const newFile = () => join(folder, `${files++}`, 'vigile.db')
const open = (file: string, exclusive: boolean, offset = { ms: 0 }) => {
  const database = openSqlite({ file, exclusive, offset, log: silentLog })
  opened.push(database)
  return database
}

test('the folder and the file are made, and only their owner can read them', async () => {
  const file = newFile()
  await open(file, true).migrate()
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
  expect([modeOf(file), modeOf(`${file}-wal`), modeOf(`${file}-shm`), modeOf(`${file}-server`)]).toEqual([
    '600',
    '600',
    '600',
    '600',
  ])
  expect(modeOf(join(file, '..'))).toBe('700')
})

test('what is committed is on the disk before it is acknowledged', () => {
  const database = openFile(join(folder, 'pragmas.db'))
  const pragma = (name: string) => Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0]
  expect([pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys')]).toEqual(['wal', 2, 1])
  // A wait inside SQLite would stop every request.
  expect(pragma('busy_timeout')).toBe(0)
  database.close()
})

test('S-90 a file whose pages can’t be read is broken, which is no answer to whoever asks', async () => {
  const file = newFile()
  const first = openSqlite({ file, exclusive: false, offset: { ms: 0 }, log: silentLog })
  await first.migrate()
  await first.close()
  const raw = new DatabaseSync(file)
  const { page } = raw.prepare(`select rootpage as page from sqlite_master where name = 'audit_entries'`).get() ?? {}
  const { page_size: size } = raw.prepare('pragma page_size').get() ?? {}
  raw.close()
  const bytes = readFileSync(file)
  bytes.fill(0xff, (Number(page) - 1) * Number(size), Number(page) * Number(size))
  writeFileSync(file, bytes)
  const database = open(file, false)
  await expect(database.sessions.findMany([])).resolves.toBeDefined()
  const entry = auditEntry(noContext, { action: 'test:try', at: 1 })
  await expect(database.audit.append([entry])).rejects.toThrow(StoreBrokenError)
})

test('a second server on the same file is refused, and told what to do; a command is not', async () => {
  const file = newFile()
  const server = open(file, true)
  expect(() => open(file, true)).toThrow(/Another Vigile server is using .*Stop it first/)
  await server.migrate()
  const command = open(file, false)
  const account = sampleAccount()
  await command.accounts.insert(account)
  expect(await server.accounts.findById(account.id)).toEqual(account)
  await command.close()
  // A command that closes the file does not open the door either.
  expect(() => open(file, true)).toThrow(/Another Vigile server/)
  await server.close()
  await open(file, true).ping()
})

test('a server in another process keeps the file until it is gone, even by SIGKILL', async () => {
  const file = newFile()
  const setUp = open(file, true)
  await setUp.migrate()
  await setUp.close()
  const program = new URL('./process-that-writes.suite.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--conditions=@vigile/source', program, 'sqlite', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  expect(() => open(file, true)).toThrow(/Another Vigile server/)
  // Both write at once: the file is waited for, not given up.
  await open(file, false).accounts.insert(sampleAccount())
  child.kill('SIGKILL')
  await once(child, 'close')
  const server = open(file, true)
  // Neither does an attempt of this process let go of its own locks: another process is still refused.
  expect(() => open(file, true)).toThrow(/Another Vigile server/)
  const second = spawn(process.execPath, ['--conditions=@vigile/source', program, 'sqlite', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaint = ''
  second.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  const giveUp = setTimeout(() => second.kill('SIGKILL'), 10_000)
  const [code] = await once(second, 'close')
  clearTimeout(giveUp)
  expect(code).toBe(1)
  expect(complaint).toMatch(/Another Vigile server/)
  await server.ping()
})

test('a file that is no database is named, and holds no lock afterwards', () => {
  const file = newFile()
  mkdirSync(join(file, '..'))
  writeFileSync(file, 'this is not a database, and long enough to be none'.repeat(10))
  expect(() => open(file, true)).toThrow(/The database file .*vigile.db can't be opened: file is not a database/)
  writeFileSync(file, '')
  open(file, true)
})

test('OPS-9 a node of this release starts on a database that a newer one has migrated', async () => {
  const file = newFile()
  const newer = open(file, false)
  await newer.migrate()
  const raw = openFile(file)
  raw.exec("insert into vigile_migrations values ('9999-newer', '2030-01-01T00:00:00.000Z')")
  raw.close()
  const older = open(file, true)
  expect(await older.migrate()).toEqual([])
  const { applied, pending } = await older.migrationState()
  expect([applied.at(-1), pending]).toEqual(['9999-newer', []])
})

test('TOK-6 a server notices the commit of a command at its next check, and drops what it holds', async () => {
  const file = newFile()
  const server = open(file, true)
  await server.migrate()
  const session = sampleSession({ userId: sampleAccount().id })
  await server.accounts.insert(sampleAccount({ id: session.userId }))
  await server.sessions.insert(session)
  const channel = createMemoryChannel({ log: silentLog, hasForeignCommits: server.hasForeignCommits })
  const told: string[] = []
  channel.subscribe(({ kind }) => told.push(kind))
  expect(channel.isAlive()).toBe(true)
  await server.accounts.setEmailVerified(session.userId, 1)
  expect(channel.isAlive()).toBe(true)
  expect(told).toEqual([])

  const command = open(file, false)
  await command.sessions.find(session.id)
  expect(channel.isAlive()).toBe(true)
  expect(told).toEqual([])
  await command.sessions.revoke([session.id], 'ended_by_operator', 2_000)
  // A real command is another process: what it commits falls between two turns of the server's event loop.
  await new Promise((resolve) => setImmediate(resolve))
  expect(channel.isAlive()).toBe(true)
  expect(told).toEqual(['everything'])
  expect(channel.isAlive()).toBe(true)
  expect(told).toEqual(['everything'])
  expect((await server.sessions.find(session.id)).session?.revokedAt).toBe(2_000)
})

test('the time is that of the process, and of the tests that move it', async () => {
  const offset = { ms: 0 }
  const database = open(newFile(), true, offset)
  await database.migrate()
  offset.ms = 86_400_000
  const { now } = await database.sessions.findMany([])
  expect(Math.abs(now - Date.now() - 86_400_000)).toBeLessThan(1_000)
  expect(Math.abs(database.clock.now() - now)).toBeLessThan(1_000)
})

test('only plain values are bound: node:sqlite would silently write NULL for an object', async () => {
  const connection = createSqliteConnection(new DatabaseSync(':memory:'))
  await connection.run('create table t (value any) strict')
  for (const value of [new Date(), { a: 1 }, undefined, Number.NaN, Number.POSITIVE_INFINITY, Symbol('s'), () => 1]) {
    await expect(connection.run('insert into t values (?)', [value])).rejects.toThrow(TypeError)
  }
  await connection.run('insert into t values (?), (?), (?)', [true, false, ['a', 'b']])
  expect((await connection.run('select value from t')).rows.map(({ value }) => value)).toEqual([1, 0, '["a","b"]'])
})

test('a column does not take a value of another type', async () => {
  const database = open(newFile(), true)
  await database.migrate()
  await expect(database.accounts.insert(sampleAccount({ createdAt: 'soon' as never }))).rejects.toThrow(
    /cannot store TEXT/,
  )
})

test('S-90 a full disk is no refusal: the store is unavailable, nothing is half written, and it recovers', async () => {
  const raw = openFile(join(folder, 'full.db'))
  const connection = createSqliteConnection(raw)
  await connection.run('create table t (value text) strict')
  raw.exec('pragma max_page_count = 4')
  await connection.run('begin immediate')
  const fill = async () => {
    for (let row = 0; row < 100; row++) await connection.run('insert into t values (?)', ['x'.repeat(1_000)])
  }
  await expect(fill()).rejects.toThrow(StoreUnavailableError)
  if (raw.isTransaction) await connection.run('rollback')
  raw.exec('pragma max_page_count = 1000')
  expect((await connection.run('select count(*) as n from t')).rows).toMatchObject([{ n: 0 }])
  await fill()
  raw.close()
})

test('S-90 a file that another process does not let go is given up after a bounded wait, and the event loop goes on', async () => {
  const file = newFile()
  await open(file, true).migrate()
  const [mine, holder] = [openFile(file), openFile(file)]
  const connection = createSqliteConnection(mine, 300)
  holder.exec('begin immediate')
  let ticks = 0
  const timer = setInterval(() => ticks++, 10)
  await expect(connection.run('delete from nodes')).rejects.toThrow(StoreUnavailableError)
  await expect(connection.run('begin immediate')).rejects.toThrow(StoreUnavailableError)
  clearInterval(timer)
  expect(ticks).toBeGreaterThan(10)
  // Reading goes on all the while.
  expect((await connection.run('select count(*) as n from nodes')).rows).toMatchObject([{ n: 0 }])
  const waiting = connection.run('delete from nodes')
  holder.exec('rollback')
  await waiting
  mine.close()
  holder.close()
})

test('who steps aside lets others in and waits for a turn again; who gets none has left', async () => {
  const door = createOneAtATime(40)
  const order: string[] = []
  const turn = await door.enter()
  const other = door.enter()
  await turn.aside(async () => {
    const inside = await other
    order.push('other')
    inside.leave()
  })
  order.push('again')
  const late = door.enter()
  await expect(turn.aside(async () => void (await late))).rejects.toThrow(StoreUnavailableError)
  turn.leave()
  const refused = door.enter()
  await expect(refused).rejects.toThrow(StoreUnavailableError)
  ;(await late).leave()
  ;(await door.enter()).leave()
  expect(order).toEqual(['other', 'again'])
})

test('S-90 while another process holds the write lock, writes wait for it and reads do not wait for them', async () => {
  const file = newFile()
  const database = open(file, true)
  await database.migrate()
  const account = sampleAccount()
  await database.accounts.insert(account)
  const holder = openFile(file)
  holder.exec('begin immediate')
  const order: string[] = []
  const written = [
    database.transact(({ accounts }) => accounts.setActive(account.id, false, 2)),
    database.accounts.setEmailVerified(account.id, 2),
  ].map(async (work) => {
    expect(await work).toBe(true)
    order.push('written')
  })
  for (let times = 0; times < 20; times += 1) {
    expect(await database.accounts.findById(account.id)).toEqual(account)
    order.push('read')
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  holder.exec('rollback')
  holder.close()
  await Promise.all(written)
  expect(order).toEqual([...Array(20).fill('read'), 'written', 'written'])
})

test('attack: S-12 a flood of writes leaves timers and sockets their turns', async () => {
  const database = open(newFile(), true)
  await database.migrate()
  // Each look at the time is 4 ms later: as if each statement took so long.
  let ms = performance.now()
  const time = vi.spyOn(performance, 'now').mockImplementation(() => (ms += 4))
  let turns = 0
  const count = () => {
    turns += 1
    counting = setImmediate(count)
  }
  let counting = setImmediate(count)
  try {
    await Promise.all(Array.from({ length: 100 }, () => database.accounts.insert(sampleAccount())))
  } finally {
    clearImmediate(counting)
    time.mockRestore()
  }
  expect(turns).toBeGreaterThan(20)
})

test('a transaction that asks outside of itself is told so, not left hanging', async () => {
  const raw = new DatabaseSync(':memory:')
  const door = createOneAtATime(100)
  const db = new Kysely<Tables>({
    dialect: createSqliteDialect(createSqliteConnection(raw), () => raw.isTransaction, door),
  })
  const selfLock = db.transaction().execute(() => sql`select 1`.execute(db))
  await expect(selfLock).rejects.toThrow(StoreUnavailableError)
  expect((await sql`select 1 as one`.execute(db)).rows).toMatchObject([{ one: 1 }])
})

test('the door lets in one at a time, in order, and who gave up waiting is passed over', async () => {
  const door = createOneAtATime(40)
  const { leave } = await door.enter()
  const refused = door.enter()
  await expect(refused).rejects.toThrow(StoreUnavailableError)
  const order: number[] = []
  const others = [1, 2, 3].map(async (each) => {
    const turn = await door.enter()
    order.push(each)
    turn.leave()
    turn.leave()
  })
  leave()
  await Promise.all(others)
  expect(order).toEqual([1, 2, 3])
})

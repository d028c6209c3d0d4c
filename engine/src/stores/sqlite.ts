// The embedded database: a file, in the process.
import { dirname, resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { Kysely, type Logger } from 'kysely'
import { type ClockOffset, createDatabaseClock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import { doInTransaction, ping, prepareStores } from './assemble.ts'
import type { EntryMac } from './audit-store.ts'
import type { Database } from './database.ts'
import { sqliteDialect } from './dialect.ts'
import { makePrivateFolder } from './made-by-root.ts'
import { migrate, readMigrationState } from './migrate.ts'
import { createOneAtATime } from './one-at-a-time.ts'
import type { Tables } from './schema.ts'
import { createSqliteConnection, openFile } from './sqlite-connection.ts'
import { createSqliteDialect } from './sqlite-dialect.ts'
import { createPrivateFile, lockForServer, ServerRunningError } from './sqlite-server-lock.ts'

export type SqliteDatabase = Database & {
  readonly kind: 'sqlite'
  /** Whether another process has committed since the last call: what is held in memory may be stale. */
  hasForeignCommits(): boolean
}

export type SqliteOptions = {
  readonly file: string
  readonly offset: ClockOffset
  /** Makes the MAC of what is put on record. Absent: entries have none, and stay outside the chain. */
  readonly entryMac?: EntryMac
  readonly log: Log
  /** Told of every statement. */
  readonly timed?: Logger
  /** True for a server: a second one on the same file is refused. False for a command beside it. */
  readonly exclusive: boolean
}

const maxWaitMs = 10_000
/** In place of a file: a database that is empty and that nobody else sees. */
export const inMemory = ':memory:'

/**
 * Opens the file, and creates it with its folder where they are missing, readable by their owner alone. What was
 * committed survives a crash of the process and of the machine (WAL, `synchronous = FULL`).
 *
 * @throws ServerRunningError when another server has the file (`exclusive`); Error when the file can't be opened.
 * @example
 * const database = openSqlite({ file: 'data/vigile.db', offset: { ms: 0 }, log, exclusive: true })
 * await database.migrate()
 */
export const openSqlite = ({ file, offset, log, timed, exclusive, entryMac = null }: SqliteOptions): SqliteDatabase => {
  const path = file === inMemory ? file : resolve(file)
  const { database, releaseLock } = openFiles(path, exclusive)

  const connection = createSqliteConnection(database)
  const door = createOneAtATime(maxWaitMs)
  const db = new Kysely<Tables>({
    dialect: createSqliteDialect(connection, () => database.isTransaction, door),
    ...(timed && { log: timed }),
  })
  const clock = createDatabaseClock(offset, log)
  const observe = (databaseNow: number | null) => clock.observe(Number(databaseNow))
  const bind = prepareStores(db, sqliteDialect, observe, entryMac)

  const readVersion = database.prepare('pragma data_version')
  const version = () => readVersion.get()?.data_version
  let knownVersion = version()
  /** Looked at once a turn of the event loop: it costs 4 µs, and a check asks twice. */
  let isVersionFresh = false
  const forgetVersion = () => {
    isVersionFresh = false
  }
  let closed = false

  return {
    kind: 'sqlite',
    ...bind(db),
    // The database's clock is this machine's: it can be asked each time.
    clock: {
      now: () => {
        clock.hear(Date.now())
        return clock.now()
      },
      isSteady: () => clock.hear(Date.now()) && clock.isSteady(),
    },
    transact: (work) => db.transaction().execute((transaction) => doInTransaction(bind(transaction), work)),
    migrate: async () => {
      const applied = await migrate(db, sqliteDialect)
      if (applied.length > 0) log.info({ applied }, 'database migrated')
      return applied
    },
    migrationState: () => readMigrationState(db, sqliteDialect),
    ping: () => ping(db, sqliteDialect, observe),
    hasForeignCommits: () => {
      if (closed) return true
      if (isVersionFresh) return false
      isVersionFresh = true
      setImmediate(forgetVersion)
      const before = knownVersion
      knownVersion = version()
      return knownVersion !== before
    },
    close: async () => {
      if (closed) return
      closed = true
      // Whoever is inside finishes first.
      await door.enter()
      database.close()
      releaseLock()
    },
  }
}

const withClock = (database: DatabaseSync): DatabaseSync => {
  database.function('vigile_now', () => Date.now())
  return database
}

const openFiles = (path: string, exclusive: boolean) => {
  let releaseLock = () => {}
  try {
    if (path === inMemory) return { database: withClock(openFile(path)), releaseLock }
    makePrivateFolder(dirname(path))
    if (exclusive) releaseLock = lockForServer(path)
    createPrivateFile(path)
    return { database: withClock(openFile(path)), releaseLock }
  } catch (cause) {
    releaseLock()
    if (cause instanceof ServerRunningError) throw cause
    throw new Error(`The database file ${path} can't be opened: ${(cause as Error).message}`, { cause })
  }
}

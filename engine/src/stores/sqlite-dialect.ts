// Kysely on node:sqlite: one connection, one user of it at a time.
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { OneAtATime, Turn } from './one-at-a-time.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

/** What is particular: DDL is part of transactions, and the driver itself sees to it that they don't mix. */
class Adapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
  // Kysely says false; SQLite has it. Without, a failed migration would leave tables behind.
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

/** Work at the database in one turn of the event loop, milliseconds. */
const maxTurnMs = 10

/**
 * Statements run in this very thread and follow each other without a pause: a crowd of requests would keep timers, deadlines
 * and sockets waiting until all of them are done, for seconds. So who comes after `maxTurnMs` waits for the next turn.
 */
const createPauses = () => {
  let since: number | null = null
  return async () => {
    if (since !== null && performance.now() - since > maxTurnMs) await nextTurn()
    if (since !== null) return
    since = performance.now()
    setImmediate(() => {
      since = null
    })
  }
}

type Held = DatabaseConnection & Pick<SqliteConnection, 'run'> & { readonly turn: Turn }

const createDriver = (connection: SqliteConnection, isInTransaction: () => boolean, door: OneAtATime): Driver => {
  const pause = createPauses()
  return {
    init: async () => {},
    acquireConnection: async () => {
      const turn = await door.enter()
      await pause()
      // Another process may hold the write lock for seconds: who waits for it lets others read (WAL).
      const run: Held['run'] = (sql, parameters = []) => connection.run(sql, parameters, turn.aside)
      return { ...connection, turn, run, executeQuery: ({ sql, parameters }) => run(sql, parameters) } satisfies Held
    },
    releaseConnection: async (held) => (held as Held).turn.leave(),
    // IMMEDIATE: a transaction that reads first and writes later could not get the write lock any more.
    beginTransaction: async (held) => void (await (held as Held).run('begin immediate')),
    commitTransaction: async () => void (await connection.run('commit')),
    // A full disk has rolled back already.
    rollbackTransaction: async () => void (isInTransaction() && (await connection.run('rollback'))),
    // Who opened the file closes it.
    destroy: async () => {},
  }
}

export const createSqliteDialect = (
  connection: SqliteConnection,
  isInTransaction: () => boolean,
  door: OneAtATime,
): Dialect => ({
  createAdapter: () => new Adapter(),
  createDriver: () => createDriver(connection, isInTransaction, door),
  createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
})

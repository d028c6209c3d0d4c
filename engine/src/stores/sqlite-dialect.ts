// Kysely on node:sqlite: one connection, one user of it at a time.
import { type Dialect, type Driver, type Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { OneAtATime } from './one-at-a-time.ts'
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

const createDriver = (connection: SqliteConnection, isInTransaction: () => boolean, door: OneAtATime): Driver => {
  let leave = () => {}
  return {
    init: async () => {},
    acquireConnection: async () => {
      leave = await door.enter()
      return connection
    },
    releaseConnection: async () => leave(),
    // IMMEDIATE: a transaction that reads first and writes later could not get the write lock any more.
    beginTransaction: async () => void (await connection.run('begin immediate')),
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

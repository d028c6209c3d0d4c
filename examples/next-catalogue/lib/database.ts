// The catalogue's own tables, beside Vigile's: in the same PostgreSQL database, or in a file next to Vigile's.
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { shared } from '@vigile/next'
import { type Dialect, type Generated, Kysely, PostgresDialect, type SqliteDatabase, SqliteDialect } from 'kysely'
import { Pool } from 'pg'

export type ProductRow = {
  id: string
  name: string
  description: string
  price_cents: number
  /** 0 or 1. */
  published: Generated<number>
  /** Counts the changes: who changes an older one is told so. */
  version: Generated<number>
  updated_at: string
}

export type Database = { products: ProductRow }

const dialectOf = (address: string): Dialect =>
  address.startsWith('postgres')
    ? new PostgresDialect({ pool: openPool(address) })
    : new SqliteDialect({ database: openFile(join(dirname(address.replace(/^file:/, '')), 'catalogue.db')) })

const openPool = (connectionString: string): Pool => {
  const pool = new Pool({ connectionString, max: 10, connectionTimeoutMillis: 20_000 })
  // An idle connection that the server ends is an event, and without a listener a fault of the whole program.
  pool.on('error', () => {})
  return pool
}

/** Node's own SQLite, as Kysely wants it. */
const openFile = (file: string): SqliteDatabase => {
  const database = new DatabaseSync(file)
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 2000')
  return {
    close: () => database.close(),
    prepare: (sql) => {
      const statement = database.prepare(sql)
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...(parameters as string[])),
        run: (parameters) => statement.run(...(parameters as string[])),
        iterate: (parameters) => statement.iterate(...(parameters as string[])) as IterableIterator<unknown>,
      }
    },
  }
}

export const database = shared(
  'database',
  () => new Kysely<Database>({ dialect: dialectOf(process.env.DATABASE_URL ?? 'file:./data/vigile.db') }),
)

/** Harmless when it was done before. */
export const createTables = async (): Promise<void> => {
  await database.schema
    .createTable('products')
    .ifNotExists()
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('price_cents', 'integer', (column) => column.notNull())
    .addColumn('published', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('version', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute()
}

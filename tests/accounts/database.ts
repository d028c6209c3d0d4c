// The database of a site from outside: to look into it, and to break it.
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import type { Site } from '../support/site.ts'

export type Row = Readonly<Record<string, unknown>>

export type OutsideDatabase = {
  readonly kind: 'sqlite' | 'postgres'
  /** Runs one statement; values can't be bound, so that one text serves both databases. */
  run(sql: string): Promise<readonly Row[]>
  close(): Promise<void>
}

export const openDatabase = async (site: Pick<Site, 'database'>): Promise<OutsideDatabase> => {
  if (site.database.startsWith('file:')) {
    const database = new DatabaseSync(site.database.slice(5), { timeout: 5_000 })
    return {
      kind: 'sqlite',
      run: async (sql) => database.prepare(sql).all() as Row[],
      close: async () => database.close(),
    }
  }
  const client = new pg.Client({ connectionString: site.database })
  await client.connect()
  return {
    kind: 'postgres',
    run: async (sql) => (await client.query(sql)).rows as Row[],
    close: () => client.end(),
  }
}

// Everything a database holds, row by row: to see that nothing changed, or that nothing secret is in it.
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import type { Site } from '../support/site.ts'

export type Dump = Record<string, readonly Record<string, unknown>[]>

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

const dumpSqlite = (file: string): Dump => {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all()
    return Object.fromEntries(
      tables.map(({ name }) => [name, database.prepare(`select * from ${quoted(String(name))} order by 1, 2`).all()]),
    ) as Dump
  } finally {
    database.close()
  }
}

const dumpPostgres = async (url: string): Promise<Dump> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query(`select table_name as name from information_schema.tables
      where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`)
    const dump: Dump = {}
    for (const { name } of rows) dump[name] = (await client.query(`select * from ${quoted(name)} order by 1, 2`)).rows
    return dump
  } finally {
    await client.end()
  }
}

export const dump = async ({ database }: Pick<Site, 'database'>): Promise<Dump> =>
  database.startsWith('file:') ? dumpSqlite(database.slice(5)) : dumpPostgres(database)

/**
 * The same, without what time alone changes (each node reports that it is alive, letters go out) and without the record of
 * refusals, what seals it, and what is found in it.
 */
export const dumpOfState = async (site: Pick<Site, 'database'>): Promise<Dump> => {
  const {
    nodes,
    audit_entries,
    audit_head,
    audit_checkpoints,
    alerts,
    alert_watch,
    sign_in_attempts,
    outbox = [],
    ...state
  } = await dump(site)
  return { ...state, outbox: outbox.map(({ id, kind }) => ({ id, kind })) }
}

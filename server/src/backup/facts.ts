// What a manifest says of the database, read at the very moment that the backup holds.
import type { Line } from './line.ts'
import type { Manifest } from './manifest.ts'

export type Facts = Pick<Manifest, 'rows' | 'migrations' | 'auditPosition' | 'restores'>
type Row = Readonly<Record<string, unknown>>
export type Ask = (sql: string) => Promise<readonly Row[]>

/** More than a database goes through. */
const maxRestores = 100

export const readLine = async (ask: Ask): Promise<Line> => {
  const rows = await ask(
    `select id, at from audit_entries where action = 'system:restore' order by at desc, id desc limit ${maxRestores}`,
  )
  return rows.map(({ id, at }) => ({ id: String(id), at: Number(at) })).reverse()
}

/** `tables` as they are written in a statement. */
export const readFacts = async (ask: Ask, tables: readonly string[]): Promise<Facts> => {
  const rows: Record<string, number> = {}
  for (const table of tables) rows[table] = Number((await ask(`select count(*) as rows from ${table}`))[0]?.rows)
  const has = (name: string) => tables.some((table) => table.replace(/^.*\./, '').replaceAll('"', '') === name)
  const migrations = has('vigile_migrations') ? await ask('select name from vigile_migrations order by name') : []
  const [head] = has('audit_head') ? await ask('select statement from audit_head') : []
  const { position = 0 } = head ? (JSON.parse(String(head.statement)) as { position?: number }) : {}
  const restores = has('audit_entries') ? await readLine(ask) : []
  return {
    rows,
    migrations: migrations.map(({ name }) => String(name)),
    auditPosition: position,
    ...(restores.length > 0 && { restores }),
  }
}

/** Tables whose number of rows is another: `sessions 12 → 11`. */
export const differences = (expected: Facts['rows'], found: Facts['rows']): readonly string[] =>
  [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .filter((table) => expected[table] !== found[table])
    .map((table) => `${table} ${expected[table] ?? '—'} → ${found[table] ?? '—'}`)

export const rowsIn = (rows: Facts['rows']): number => Object.values(rows).reduce((sum, count) => sum + count, 0)

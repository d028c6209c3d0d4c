// How many statements of PostgreSQL an act costs, by the server's own count.
import { runLoad } from './measure/load.ts'
import { query } from './people.ts'

/** What a node does by itself now and then is no part of any act. */
const ownStatements =
  /pg_stat_statements|audit_head|audit_checkpoints|update audit_entries set position|"hash" is null|insert into "nodes"|from "nodes"|pg_notify|^select floor\(extract\(epoch[^)]*\)[^)]*\)[^,]*as now$/i

type Called = { readonly query: string; readonly calls: number }

/** Entries of the audit log are sealed in transactions of their own: so many of these statements are theirs. */
const endsOfSealing = (text: string, all: readonly Called[]): number =>
  /^(begin|commit|select set_config)/i.test(text)
    ? all
        .filter(({ query: other }) => /audit_head.*skip locked/is.test(other))
        .reduce((sum, { calls }) => sum + calls, 0)
    : 0

export type Statements = {
  readonly perAct: number
  readonly each: readonly (readonly [text: string, perAct: number])[]
}

/** Sends the requests over so many connections (1: one after the other), and counts. */
export const countStatements = async (
  database: string,
  port: number,
  requests: readonly string[],
  connections = 1,
): Promise<Statements> => {
  await query(database, 'select pg_stat_statements_reset()')
  const left = [...requests]
  const { refused } = await runLoad({ port, connections, seconds: 60, next: () => left.shift() ?? null })
  if (refused > 0) throw new Error(`${refused} of ${requests.length} requests were not answered as they should be`)
  const { rows } = await query(
    database,
    'select query, sum(calls)::int as calls from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database()) group by query',
  )
  const each = (rows as { query: string; calls: number }[])
    .filter((row) => !ownStatements.test(row.query))
    .map((row) => [row.query, (row.calls - endsOfSealing(row.query, rows as Called[])) / requests.length] as const)
  return { perAct: each.reduce((sum, [, calls]) => sum + calls, 0), each }
}

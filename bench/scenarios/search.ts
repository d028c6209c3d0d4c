// The newest failures of one address, as somebody who looks into an attack asks for them: of few entries, and of ten million.
import { silentLog } from '../../engine/src/primitives/log.ts'
import { openPostgres } from '../../engine/src/stores/postgres.ts'
import type { Bench } from '../bench.ts'
import { cpuOfFamily } from '../measure/process-cost.ts'
import { median, percentile } from '../measure/statistics.ts'
import { query } from '../people.ts'
import { figure, type Row } from '../row.ts'

const few = 1_000
const atOnce = 500_000
const searches = 300
const address = '192.0.2.1'

/** One in fifty is of the address that is looked for, and half of these failed. The indexes are made afterwards, which takes less time. */
const fill = async (bench: Bench, database: string, count: number) => {
  const { rows } = await query(
    database,
    `select indexname as name, indexdef as definition from pg_indexes where tablename = 'audit_entries' and indexdef not like '%audit_entries_pkey%'`,
  )
  const indexes = rows as readonly { name: string; definition: string }[]
  for (const { name } of indexes) await query(database, `drop index ${name}`)
  for (let from = 0; from < count; from += atOnce) {
    await query(
      database,
      `insert into audit_entries (id, at, user_id, action, resource, resource_id, details, ip, user_agent, request_id, mac, position, hash)
       select 'entry-' || i, i, 'user-' || i % 500000, case when i % 10 = 3 then 'session:sign-in:failed' else 'session:sign-in' end,
         'session', 'session-' || i % 2000000, '{}', case when i % 100 in (3, 10) then $3 else '198.51.' || i % 200 || '.' || i % 250 end,
         'Mozilla/5.0 (X11; Linux x86_64)', md5(i::text), md5(i::text), i + 1, md5(i::text)
       from generate_series($1::bigint, $2::bigint - 1) i`,
      [from, Math.min(from + atOnce, count), address],
    )
    bench.say(`search: ${figure(Math.min(from + atOnce, count))} of ${figure(count)} entries`)
  }
  for (const { name, definition } of indexes) {
    await query(database, definition)
    bench.say(`search: ${name}`)
  }
  await query(database, 'vacuum analyze audit_entries')
}

const measure = async (bench: Bench, count: number): Promise<Row> => {
  const { database } = await bench.shared()
  await fill(bench, database, count)
  const store = openPostgres({ url: database, offset: { ms: 0 }, log: silentLog })
  const search = async () => {
    const startedAt = performance.now()
    const filter = { ip: address, action: 'session:sign-in:failed' }
    const found = await store.audit.search({ ...filter, order: 'newest first', after: null, limit: 10 })
    if (found.length !== 10) throw new Error('the entries are not there')
    return performance.now() - startedAt
  }
  const first = await search()
  const waits: number[] = []
  const before = cpuOfFamily(bench.postgres.pid())
  for (let n = 0; n < searches; n += 1) waits.push(await search())
  const postgres = (cpuOfFamily(bench.postgres.pid()) - before) / searches
  await store.close()
  return {
    what: `the 10 newest failures of one address, of ${figure(count)} entries`,
    reached: `${figure(median(waits))} ms (p99 ${figure(percentile(waits, 0.99))}, the first ${figure(first)}), PostgreSQL ${figure(postgres)} µs`,
  }
}

export const search = async (bench: Bench): Promise<readonly Row[]> => [
  await measure(bench, few),
  { ...(await measure(bench, bench.options.entries)), aim: 'as of few' },
]

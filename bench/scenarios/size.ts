// What people leave in the database: bytes of each kind of row, indexes included, after sign-ups and sign-ins over HTTP.
import type { Bench } from '../bench.ts'
import { runLoad } from '../measure/load.ts'
import { change, password, query } from '../people.ts'
import { figure, type Row } from '../row.ts'

const mostPeople = 1_000
const signInsEach = 2
const connections = 4
const longestSeconds = 1_800

type Table = { readonly name: string; readonly rows: number; readonly bytes: number }

export const size = async (bench: Bench): Promise<readonly Row[]> => {
  const people = Math.min(mostPeople, bench.options.sessions / 50)
  const stores = await bench.shared()
  const server = await bench.start(stores)
  const send = async (path: string, count: number) => {
    let turn = 0
    const next = () => {
      if (turn === count) return null
      return change(path, { email: `person-${turn++ % people}@example.com`, password })
    }
    const accept = ({ status }: { status: number }) => status === 200 || status === 201
    const { refused } = await runLoad({ port: server.port, connections, seconds: longestSeconds, next, accept })
    if (refused > 0) throw new Error(`${refused} of ${path} were refused`)
  }
  bench.say(`size: ${people} people sign up and sign in`)
  await send('/register', people)
  await send('/login', people * signInsEach)
  // Entries of the audit log get their place in the chain a moment later.
  await server.stop()
  await query(stores.database, 'vacuum analyze')
  const { rows } = await query(
    stores.database,
    `select relname as name, reltuples::float8 as rows, pg_total_relation_size(oid)::float8 as bytes from pg_class
     where relkind = 'r' and relnamespace = 'public'::regnamespace and reltuples >= $1 order by relname`,
    [people],
  )
  const tables = (rows as Table[]).map(
    ({ name, rows: count, bytes }) => `${name} ${figure(bytes / count, 0)} (${figure(count / people, 1)} a person)`,
  )
  return [
    {
      what: `bytes of a row with its indexes, of ${figure(people)} people with one sign-up and ${signInsEach} sign-ins each (PostgreSQL)`,
      reached: tables.join(', '),
    },
  ]
}

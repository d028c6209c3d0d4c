// Concurrent changes of sessions are written by one statement (PostgreSQL).
import { CompiledQuery, type Kysely } from 'kysely'
import type { SessionChange, SessionRow, SessionStore } from '../sessions/store.ts'
import type { Tables } from './schema.ts'

type Change = { readonly read: SessionRow; readonly change: SessionChange; readonly lastUsedAt: number }
type Waiting = Change & { resolve(changed: boolean): void; reject(error: unknown): void }

/** Sessions in one statement. */
const maxBatch = 500

/** What a decision reads and may change: the columns, their types and the fields. */
const fields = [
  ['generation', 'integer', 'generation'],
  ['issue', 'integer', 'issue'],
  ['winner', 'integer', 'winner'],
  ['previous_winner', 'integer', 'previousWinner'],
  ['rotated_at', 'bigint', 'rotatedAt'],
  ['issued_at', 'bigint', 'issuedAt'],
  ['durable', 'boolean', 'durable'],
  ['key_id', 'text', 'keyId'],
  ['idle_expires_at', 'bigint', 'idleExpiresAt'],
  ['replaces', 'text', 'replaces'],
  ['bound_key', 'text', 'boundKey'],
] as const

const every = (toText: (column: string, type: string) => string, between: string) =>
  fields.map(([column, type]) => toText(column, type)).join(between)

/**
 * A row that another transaction holds is left out: nobody waits for it here, so none waits for another's row, and two of these
 * can't lock each other out. The conditions stand in the update itself, which looks at the newest version of each row.
 */
const text = `
  with wanted as (
    select * from json_to_recordset($1) as w (
      id text, last_used_at bigint, ${every((column, type) => `read_${column} ${type}, next_${column} ${type}`, ', ')}
    )
  ), free as (
    select id from sessions where id = any($2) for no key update skip locked
  )
  update sessions set last_used_at = wanted.last_used_at, ${every((column) => `${column} = wanted.next_${column}`, ', ')}
  from wanted join free on free.id = wanted.id
  where sessions.id = wanted.id and sessions.revoked_at is null
    and ${every((column) => `sessions.${column} is not distinct from wanted.read_${column}`, ' and ')}
  returning sessions.id`

const toJson = ({ read, change, lastUsedAt }: Change) => {
  const next = { ...read, ...change }
  const pairs = fields.flatMap(([column, , field]) => [
    [`read_${column}`, read[field]],
    [`next_${column}`, next[field]],
  ])
  return { id: read.id, last_used_at: lastUsedAt, ...Object.fromEntries(pairs) }
}

/**
 * `change` of the requests of one turn of the event loop, as one statement. Who was not changed by it, because the row was held or had
 * changed, is tried again alone, by the statement that waits for the row.
 */
export const changeTogether = (db: Kysely<Tables>, alone: SessionStore['change']): SessionStore['change'] => {
  let waiting = new Map<string, Waiting>()

  const writeAlone = ({ read, change, lastUsedAt, resolve, reject }: Waiting) =>
    void alone(read, change, lastUsedAt).then(resolve, reject)

  const write = async (batch: readonly Waiting[]) => {
    try {
      const values = [JSON.stringify(batch.map(toJson)), batch.map(({ read }) => read.id)]
      const { rows } = await db.executeQuery<{ id: string }>(CompiledQuery.raw(text, values))
      const changed = new Set(rows.map(({ id }) => id))
      for (const one of batch) {
        if (changed.has(one.read.id)) one.resolve(true)
        else writeAlone(one)
      }
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  const send = () => {
    const all = [...waiting.values()]
    waiting = new Map()
    for (let start = 0; start < all.length; start += maxBatch) {
      const batch = all.slice(start, start + maxBatch)
      if (batch.length === 1) batch.forEach(writeAlone)
      else void write(batch)
    }
  }
  return (read, change, lastUsedAt) =>
    new Promise((resolve, reject) => {
      const one = { read, change, lastUsedAt, resolve, reject }
      // Two changes of one session are two statements: one of them wins.
      if (waiting.has(read.id)) return writeAlone(one)
      waiting.set(read.id, one)
      if (waiting.size === 1) setImmediate(send)
    })
}

// The pool as Kysely uses it: statements get names, every wait has an end, and errors say what they mean.
import { createHash } from 'node:crypto'
import type { PostgresPool as KyselyPool, PostgresPoolClient } from 'kysely'
import type pg from 'pg'
import { type Changing, textNow } from '../primitives/changing.ts'
import type { Log } from '../primitives/log.ts'
import { StoreUnavailableError } from '../primitives/unavailable.ts'
import { loadPg } from './pg-library.ts'
import { spoilsConnection, standbyError, toUnavailable } from './postgres-errors.ts'
import { within } from './within.ts'

export type PostgresPoolOptions = {
  readonly url: Changing
  readonly max: number
  readonly waitMs: number
  readonly statementTimeoutMs: number
  readonly prepare: boolean
  readonly log: Log
}

/** `waiting`: who waits for a connection. */
export type Connections = { readonly busy: number; readonly idle: number; readonly waiting: number }
export type PostgresPool = KyselyPool & { connections(): Connections }

const int8 = 20
// The server's own time-out comes first and leaves the connection usable; ours is for a server that says nothing.
const graceMs = 1_000
const maxNames = 500
/**
 * What is done in a transaction (sign-in, elevation, revocation) is on the synchronous replicas' disks too, where there are
 * any, before it counts as done: PROTOCOL.md, "Rules around it". Single statements (a rotation, an ack) are as the server is
 * set: a failover that loses those logs nobody out.
 */
const waitForReplicas = `select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') in ('off', 'local', 'remote_write')`

export const createPostgresPool = (options: PostgresPoolOptions): PostgresPool => {
  const { url, max, waitMs, statementTimeoutMs, prepare, log } = options
  const { Client, Pool, types } = loadPg()
  const pool = new Pool({
    // The pool would give each connection the address that it began with.
    Client: class extends Client {
      constructor(config?: pg.ClientConfig) {
        super({ ...config, connectionString: named(textNow(url)) })
      }
    },
    max,
    connectionTimeoutMillis: waitMs,
    keepAlive: true,
    // A standby that is promoted keeps its connections, and no primary becomes one without ending them: once is enough.
    // oxlint-disable-next-line typescript/no-misused-promises -- The pool waits for the promise; its types don't say so.
    onConnect: (client) => refuseStandby(client, waitMs),
    application_name: 'vigile',
    // Start-up parameters, which PgBouncer refuses: there each transaction sets its own (below).
    ...(prepare && {
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: statementTimeoutMs,
    }),
    // Epoch milliseconds fit a number.
    types: {
      getTypeParser: (oid: number) => (oid === int8 ? Number : types.getTypeParser(oid)),
    } as pg.CustomTypesConfig,
  })
  // Without listeners, the end of a connection would end the process.
  // Its words alone: pg hangs the whole client on it, the secret that cancels its statements included (S-90).
  pool.on('error', ({ message }) => log.warn({ reason: message }, 'an idle connection to PostgreSQL was lost'))
  pool.on('connect', (client) => void client.on('error', () => {}))

  const nameOf = createNames()
  const timeouts = `; set local statement_timeout = ${statementTimeoutMs}; set local idle_in_transaction_session_timeout = ${statementTimeoutMs}`
  const begin = `begin; ${waitForReplicas}${prepare ? '' : timeouts}`

  const wrap = (client: pg.PoolClient): PostgresPoolClient => {
    let spoiled = false
    const query = async (text: string, values: readonly unknown[]) => {
      // The server rolls back by itself when the connection ends, which is next.
      if (spoiled && text === 'rollback') return { command: 'ROLLBACK', rowCount: 0, rows: [] }
      if (spoiled) throw new StoreUnavailableError('The connection to PostgreSQL is no longer usable')
      try {
        if (text === 'begin') return await within(statementTimeoutMs + graceMs, 'PostgreSQL', client.query(begin))
        const name = prepare && values.length > 0 ? nameOf(text) : undefined
        const work = client.query({ text, values: [...values], ...(name && { name }) })
        return await within(statementTimeoutMs + graceMs, 'PostgreSQL', work)
      } catch (cause) {
        const error = toUnavailable(cause)
        spoiled = spoilsConnection(error)
        throw error
      }
    }
    return {
      // Kysely's type knows cursors too, which are not used here.
      query: query as unknown as PostgresPoolClient['query'],
      release: (discard) => client.release(discard === true || spoiled),
    }
  }

  return {
    options: {},
    connect: async () => {
      try {
        return wrap(await pool.connect())
      } catch (cause) {
        if (cause instanceof StoreUnavailableError) throw cause
        const why = cause instanceof Error ? cause.message || cause.name : String(cause)
        const hint = why.includes('unsupported startup parameter')
          ? ' (behind PgBouncer, set pool.prepare to false: VIGILE_POOL_PREPARE=off)'
          : ''
        throw new StoreUnavailableError(`PostgreSQL: ${why}${hint}`, { cause })
      }
    },
    end: () => pool.end(),
    connections: () => ({
      busy: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
  }
}

/** What an address calls its connections comes after our name, by which a restore knows that servers are at work. */
const named = (url: string): string => url.replace(/([?&]application_name=)(?!vigile(%20|\+|&|$))/, '$1vigile%20')

const refuseStandby = async (client: pg.ClientBase, waitMs: number): Promise<void> => {
  const asked = client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby')
  const { rows } = await within(waitMs, 'PostgreSQL', asked)
  if (rows[0]?.standby) throw standbyError()
}

/** A name for each statement, so that the server parses it once a connection; only so many, should texts vary. */
const createNames = (): ((text: string) => string | undefined) => {
  const names = new Map<string, string>()
  return (text) => {
    const known = names.get(text)
    if (known || names.size >= maxNames) return known
    const name = `vigile_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
    names.set(text, name)
    return name
  }
}

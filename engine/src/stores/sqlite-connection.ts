// One connection to an SQLite file: prepared statements are kept, parameters are checked, a busy file is waited for.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import type { DatabaseConnection, QueryResult } from 'kysely'
import { StoreBrokenError, StoreUnavailableError } from '../primitives/unavailable.ts'

const keptStatements = 200
const defaultWaitMs = 5_000

type Prepared = { readonly statement: StatementSync; readonly givesRows: boolean }

export type SqliteConnection = DatabaseConnection & {
  /**
   * Runs one statement. While another process writes it waits, 5 s at most, without blocking the event loop. Each of these waits is
   * done by `aside`, where one is given.
   */
  run(
    sql: string,
    parameters?: readonly unknown[],
    aside?: (work: () => Promise<void>) => Promise<void>,
  ): Promise<QueryResult<never>>
}

/** Opens the file for this process. The folder exists. */
export const openFile = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file, { timeout: defaultWaitMs })
  database.exec('pragma journal_mode = wal')
  database.exec('pragma synchronous = full; pragma trusted_schema = off')
  // What a burst of writes made of the write-ahead log is given back.
  database.exec('pragma journal_size_limit = 67108864')
  // From now on a wait would block the event loop: `run` waits by itself.
  database.exec('pragma busy_timeout = 0')
  return database
}

export const createSqliteConnection = (database: DatabaseSync, waitMs = defaultWaitMs): SqliteConnection => {
  const prepared = new Map<string, Prepared>()

  const prepare = (sql: string): Prepared => {
    const known = prepared.get(sql)
    if (known) {
      // The least recently used one is first.
      prepared.delete(sql)
      prepared.set(sql, known)
      return known
    }
    const statement = database.prepare(sql)
    const entry = { statement, givesRows: statement.columns().length > 0 }
    prepared.set(sql, entry)
    if (prepared.size > keptStatements) prepared.delete(prepared.keys().next().value as string)
    return entry
  }

  const runNow = (sql: string, parameters: readonly unknown[]): QueryResult<never> => {
    const values = parameters.map(toSqlValue)
    const { statement, givesRows } = prepare(sql)
    if (givesRows) return { rows: readAll(statement, values) as never[] }
    return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) }
  }

  const run: SqliteConnection['run'] = async (sql, parameters = [], aside = (work) => work()) => {
    const giveUpAt = performance.now() + waitMs
    for (let delayMs = 1; ; delayMs = Math.min(delayMs * 2, 20)) {
      try {
        return runNow(sql, parameters)
      } catch (cause) {
        // Inside a transaction the file is ours already: waiting would not help.
        if (!isBusy(cause) || database.isTransaction || performance.now() > giveUpAt) throw toUnavailable(cause)
      }
      const pauseMs = delayMs * (0.5 + Math.random())
      await aside(() => wait(pauseMs))
    }
  }

  return {
    run,
    executeQuery: async ({ sql, parameters }) => run(sql, parameters),
    // biome-ignore lint/correctness/useYield: Kysely's interface wants a generator.
    streamQuery: async function* () {
      throw new Error('Rows are not streamed from SQLite')
    },
  }
}

/** Whole numbers beyond 2^53, which nobody of ours writes, come as the next number that there is: they hide no other row. */
const readAll = (statement: StatementSync, values: readonly SQLInputValue[]): unknown[] => {
  try {
    return statement.all(...values)
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'ERR_OUT_OF_RANGE') throw error
    const numbers = ([column, value]: [string, unknown]) => [column, typeof value === 'bigint' ? Number(value) : value]
    statement.setReadBigInts(true)
    try {
      return statement.all(...values).map((row) => Object.fromEntries(Object.entries(row).map(numbers)))
    } finally {
      statement.setReadBigInts(false)
    }
  }
}

/** node:sqlite takes an object in first place for named parameters and binds NULL: only plain values pass. */
const toSqlValue = (value: unknown): SQLInputValue => {
  if (value === null || typeof value === 'string' || typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (Array.isArray(value)) return JSON.stringify(value)
  throw new TypeError(`SQLite cannot bind a parameter of type ${typeof value}`)
}

// Primary result codes: https://www.sqlite.org/rescode.html
const busy = 5
const locked = 6
const readOnly = 8
const inputOutput = 10
const corrupt = 11
const full = 13
const cannotOpen = 14
const notADatabase = 26

const primaryCode = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null

export const isBusy = (error: unknown): boolean => [busy, locked].includes(primaryCode(error) ?? 0)

/** The same error, or what stands for it where the file cannot be used for now (a full disk among others). */
const toUnavailable = (error: unknown): unknown => {
  const code = primaryCode(error) ?? 0
  const text = `SQLite: ${(error as Error).message}`
  if ([corrupt, notADatabase].includes(code)) return new StoreBrokenError(text, { cause: error })
  return [busy, locked, readOnly, inputOutput, full, cannotOpen].includes(code)
    ? new StoreUnavailableError(text, { cause: error })
    : error
}

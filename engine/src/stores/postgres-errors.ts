import { StoreBrokenError, StoreUnavailableError } from '../primitives/unavailable.ts'
import { loadPg } from './pg-library.ts'

const sqlState = (error: unknown): string => (error instanceof loadPg().DatabaseError ? (error.code ?? '') : '')

/** Of two transactions that got into each other's way PostgreSQL ends one: the same work may succeed if done again. */
export const isConflict = (error: unknown): boolean => {
  const cause = error instanceof StoreUnavailableError ? error.cause : error
  return ['40001', '40P01'].includes(sqlState(cause))
}

// SQLSTATE classes (PostgreSQL manual, appendix A): connection 08, rollback 40, resources (disk, memory, connections)
// 53, operator intervention and time-outs 57, system errors 58; and single codes: a standby that cannot write, a lock
// not had in time, an idle transaction ended.
const passing = /^(08|40|53|57|58)|^(25006|25P03|55P03)$/
// A right that was taken, a table or a column that is not there, a page or an index that can't be read: the database's state, and no
// answer to whoever asks now.
const broken = /^(42501|42P01|42703|XX001|XX002)$/
// Of these the connection itself is none the worse.
const harmless = /^(40|53)|^(57014|55P03|42501|42P01|42703|XX001|XX002)$/

/** The same error, or what stands for it where the database could not do the work for now. */
export const toUnavailable = (error: unknown): unknown => {
  if (error instanceof StoreUnavailableError) return error
  const state = sqlState(error)
  // An error of neither the database nor the program comes from the connection.
  const isOfConnection = state === '' && !(error instanceof TypeError || error instanceof RangeError)
  const why = error instanceof Error ? error.message : String(error)
  if (broken.test(state)) return new StoreBrokenError(`PostgreSQL: ${why}`, { cause: error })
  if (!isOfConnection && !passing.test(state)) return error
  return new StoreUnavailableError(`PostgreSQL: ${why}`, { cause: error })
}

/**
 * A server that replays what another one commits: it may lack sessions that exist and hold others that are revoked. "No row" and
 * "not revoked" are believed of a primary alone.
 */
export const standbyError = (): StoreUnavailableError =>
  new StoreUnavailableError('PostgreSQL: this server is a standby, which may not have all that is committed')

/** Whether a connection that gave this error should not be used again (its server went away, or became a standby). */
export const spoilsConnection = (error: unknown): boolean => {
  if (!(error instanceof StoreUnavailableError)) return false
  const state = sqlState(error.cause)
  return state === '' || !harmless.test(state)
}

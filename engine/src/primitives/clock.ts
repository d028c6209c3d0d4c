/** Epoch milliseconds. Every decision takes its time from one of these, which follows the database's clock. */
export type Clock = { now(): number }

/** Milliseconds added to the database's clock. Only `@vigile/engine/testing` ever changes it. */
export type ClockOffset = { ms: number }

/**
 * A clock that follows the database's: it keeps the last time the database told and adds what has passed since then by
 * the process's monotonic clock, so a wrong or jumping clock on a node changes nothing.
 */
export const createDatabaseClock = (offset: ClockOffset): Clock & { observe(databaseNow: number): number } => {
  let told = Date.now()
  let at = performance.now()
  return {
    now: () => Math.round(told + (performance.now() - at)) + offset.ms,
    /** Takes a time the database just told (without offset) and gives it with the offset. */
    observe: (databaseNow) => {
      told = databaseNow
      at = performance.now()
      return databaseNow + offset.ms
    },
  }
}

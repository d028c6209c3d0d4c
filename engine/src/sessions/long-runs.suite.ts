// How often a property is tried: little by default, more for a long run.

const times = Number(process.env.VIGILE_RUNS ?? 0)
export const isLong = process.env.VIGILE_LONG === '1'

/**
 * `usual` tries; fifty times as many with VIGILE_LONG=1; as many as VIGILE_RUNS says. On a machine that is too busy for
 * them it stops in time, as does the search for a shorter story of a failure. `patience`: milliseconds for the test.
 */
export const runsOf = (usual: number) => {
  const numRuns = times > 0 ? times : isLong ? 50 * usual : usual
  const limit = 30_000 * Math.ceil(numRuns / usual)
  return { runs: { numRuns, interruptAfterTimeLimit: limit }, patience: 4 * limit }
}

// How often a property is tried: little by default, more for a long run.

const wanted = Number(process.env.VIGILE_RUNS ?? 0)

/** Whether what can be explored whole is explored whole. */
export const isLong = wanted > 0

/**
 * `usual` tries, or as many as VIGILE_RUNS says. On a machine that is too busy for them it stops in time, as does the search
 * for a shorter story of a failure. `patience`: milliseconds for the test.
 */
export const runsOf = (usual: number) => {
  const numRuns = isLong ? wanted : usual
  const limit = 20_000 * Math.ceil(numRuns / usual)
  return { runs: { numRuns, interruptAfterTimeLimit: limit }, patience: 6 * limit }
}

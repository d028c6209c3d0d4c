// What runs by the clock, once per cluster, for the program around the engine and for applications.
import type { Background } from '../jobs/background.ts'
import { cronFault, type JobResult, scheduleJob } from '../jobs/schedule.ts'
import type { JobStore } from '../jobs/store.ts'
import type { Meter } from '../meter/meter.ts'
import type { SteadyClock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import { randomToken } from '../primitives/random.ts'

export type Jobs = {
  /**
   * Does the work at every moment of a cron pattern (in UTC), on one node of the cluster, until the engine
   * is closed, by which the signal is aborted: within five seconds the work must have ended. What fails is logged and begun again by this
   * node or another, as is what a node died over, for two hours; then it is left to the next time: begun twice, the work
   * must do no harm. Throws a RangeError where the pattern can't be one.
   *
   * @example
   * auth.jobs.schedule({ job: 'shop-report', pattern: '0 6 * * *', work: async () => ({ sent: await sendReports() }) })
   */
  schedule(input: {
    readonly job: string
    readonly pattern: string
    readonly work: (signal: AbortSignal) => Promise<JobResult>
  }): void
  /** Keeps the result of a run that the schedule did not begin: of a command. */
  note(job: string, result: JobResult): Promise<void>
  /** When a job last ended well on any node (epoch milliseconds), and with what; null: never. */
  last(job: string): Promise<{ readonly at: number; readonly result: JobResult } | null>
}

export const createJobs = (deps: {
  readonly jobs: JobStore
  readonly clock: SteadyClock
  readonly log: Log
  readonly meter: Meter
  readonly background: Background
  readonly requireSameDatabase: () => Promise<void>
}): Jobs => ({
  schedule: (input) => {
    const fault = cronFault(input.pattern)
    if (fault !== null) throw new RangeError(`jobs.schedule: ${fault}`)
    const work: typeof input.work = async (signal) => {
      // A backup of a database that lost its data would be the newest.
      await deps.requireSameDatabase()
      return input.work(signal)
    }
    deps.background.add(scheduleJob(deps, { ...input, work }))
  },
  note: async (job, result) => {
    const now = deps.clock.now()
    const run = { job, slot: now, node: randomToken(8), now }
    await deps.jobs.claim({ ...run, leaseMs: 0 })
    await deps.jobs.finish({ ...run, result: JSON.stringify(result) })
  },
  last: async (job) => {
    const run = await deps.jobs.lastDone(job, deps.clock.now())
    return run && { at: run.at, result: JSON.parse(run.result) as JobResult }
  },
})

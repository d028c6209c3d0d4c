// Jobs that run once per cluster, however many nodes there are.
import { Cron } from 'croner'
import type { Meter } from '../meter/meter.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import { randomToken } from '../primitives/random.ts'
import type { JobStore } from './store.ts'

const leaseMs = 15 * 60_000
const betweenRenewalsMs = leaseMs / 3
/** For two hours another node may yet die over a run; then it is left to the next slot. */
const maxLooks = 8
/** Timers may fire so much too early. */
const toleranceMs = 500
/** Records of runs are kept for so long, and the last of each job that ended well. */
const keepMs = 30 * 86_400_000

export type Schedule = { stop(): void }

/** A job that did not end well within so long after its moment is given up until the next. */
const lostAfterMs = maxLooks * leaseMs

/** The last moment of a cron pattern by which a job must have been done at `now`; null: none was yet. */
export const dueSince = (pattern: string, now: number): number | null =>
  new Cron(pattern, { paused: true }).previousRuns(1, new Date(now - lostAfterMs))[0]?.getTime() ?? null

/** What a run of a job comes to, in numbers. */
export type JobResult = Readonly<Record<string, number>>

/** What keeps a text from being a cron pattern; null: it is one. */
export const cronFault = (pattern: string): string | null => {
  try {
    new Cron(pattern, { paused: true }).stop()
    return null
  } catch (error) {
    return `"${pattern}" is no cron pattern: ${(error as Error).message}`
  }
}

/**
 * Runs `work` at every moment of a cron pattern. Every node wakes at the same slot; the one that claims the slot in the
 * database does the work. The others look again when its lease ends: where it died or failed, one of them does it. What fails is
 * logged and left to them, or to the next slot.
 */
export const scheduleJob = (
  deps: { readonly jobs: JobStore; readonly clock: Clock; readonly log: Log; readonly meter: Meter },
  input: {
    readonly job: string
    readonly pattern: string
    readonly work: () => Promise<JobResult>
  },
): Schedule => {
  const node = randomToken(8)
  let stopped = false
  let again: NodeJS.Timeout | undefined
  const take = async (slot: number, looks = 0): Promise<void> => {
    clearTimeout(again)
    if ((await runOnce(deps, { ...input, slot, node })) || stopped || looks === maxLooks) return
    again = setTimeout(() => void take(slot, looks + 1).catch(failed), leaseMs + toleranceMs).unref()
  }
  const run = async (cron: Cron) => {
    // The moment of the pattern, not the moment of waking: a node that is a little early or late means the same slot.
    const woken = cron.currentRun() ?? new Date()
    const [slot] = cron.previousRuns(1, new Date(woken.getTime() + toleranceMs))
    if (slot) await take(slot.getTime())
  }
  const failed = (error: unknown) => {
    deps.meter.add('job_failures_total', { task: input.job })
    deps.log.error({ err: error, job: input.job }, 'a job failed')
  }
  // Prometheus sees no increase in what was not there before; and what has failed never shows so that it is scheduled.
  deps.meter.add('job_failures_total', { task: input.job }, 0)
  const cron = new Cron(input.pattern, { protect: true, unref: true, catch: failed }, run)
  return {
    stop: () => {
      stopped = true
      clearTimeout(again)
      cron.stop()
    },
  }
}

/** One run of a job for a slot; false where another node has it. */
export const runOnce = async (
  deps: { readonly jobs: JobStore; readonly clock: Clock; readonly log: Log },
  input: {
    readonly job: string
    readonly slot: number
    readonly node: string
    readonly work: () => Promise<JobResult>
  },
): Promise<boolean> => {
  const { job, slot, node, work } = input
  if (!(await deps.jobs.claim({ job, slot, node, now: deps.clock.now(), leaseMs }))) return false
  const renew = () => deps.jobs.renew({ job, slot, node, now: deps.clock.now(), leaseMs })
  const renewing = setInterval(() => {
    renew().catch((error: unknown) => deps.log.warn({ err: error, job }, 'the lease of a job could not be renewed'))
  }, betweenRenewalsMs).unref()
  const counts = await work().finally(() => clearInterval(renewing))
  const now = deps.clock.now()
  await deps.jobs.finish({ job, slot, node, now, result: JSON.stringify(counts) })
  await deps.jobs.deleteOld(now - keepMs)
  deps.log.info({ job, ...counts }, 'a job is done')
  return true
}

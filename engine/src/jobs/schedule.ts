// Jobs that run once per cluster, however many nodes there are.
import { Cron } from 'croner'
import type { Meter } from '../meter/meter.ts'
import type { Clock, SteadyClock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import { randomToken } from '../primitives/random.ts'
import type { JobStore } from './store.ts'

const leaseMs = 15 * 60_000
const betweenRenewalsMs = leaseMs / 3
/** A job that did not end well within so long after its moment is given up until the next. */
const lostAfterMs = 8 * leaseMs
/** After a failure it is looked at again so soon; each time twice as long passes, up to a lease. */
const firstRetryMs = 60_000
/** What is under way when a node stops may take so long to end. */
const stopWithinMs = 5_000
/** Timers may fire so much too early. */
const toleranceMs = 500
/** Records of runs are kept for so long, and the last of each job that ended well. */
const keepMs = 30 * 86_400_000

/** `stop`: nothing begins any more; what is under way is told, waited for (seconds), and left to another node where it did not end well. */
export type Schedule = { stop(): Promise<void> }

/** Of all nodes, and of whoever asks when a job was due: machines have time zones of their own. */
const timezone = 'UTC'

/** The last moment of a cron pattern by which a job must have been done at `now`; null: none was yet. */
export const dueSince = (pattern: string, now: number): number | null =>
  new Cron(pattern, { paused: true, timezone }).previousRuns(1, new Date(now - lostAfterMs))[0]?.getTime() ?? null

/** What a run of a job comes to, in numbers. */
export type JobResult = Readonly<Record<string, number>>

/** What keeps a text from being a cron pattern; null: it is one. */
export const cronFault = (pattern: string): string | null => {
  try {
    const isEver = new Cron(pattern, { paused: true, timezone }).nextRun() !== null
    return isEver ? null : `"${pattern}" has no moment to come`
  } catch (error) {
    return `"${pattern}" is no cron pattern: ${(error as Error).message}`
  }
}

type ScheduleDeps = {
  readonly jobs: JobStore
  readonly clock: SteadyClock
  readonly log: Log
  readonly meter: Meter
}

/**
 * Runs `work` at every moment of a cron pattern. Every node wakes at the same slot; the one that claims the slot in the
 * database does the work. The others look again when its lease ends: where it died or failed, one of them does it. So does
 * whoever failed, or could not ask, a little later; and a node that starts, where the last run was begun by one that is gone,
 * or was left out because none was there. What fails is logged; after two hours it is left to the next slot.
 */
export const scheduleJob = (
  deps: ScheduleDeps,
  input: {
    readonly job: string
    readonly pattern: string
    readonly work: (signal: AbortSignal) => Promise<JobResult>
  },
): Schedule => {
  const { jobs, clock, log, meter } = deps
  const { job } = input
  const node = randomToken(8)
  const stopping = new AbortController()
  const { signal } = stopping
  let again: NodeJS.Timeout | undefined
  let failures = 0
  let starting: NodeJS.Timeout | undefined
  const underWay = new Map<number, Promise<unknown>>()

  const failed = (error: unknown) => {
    // Another node begins it anew, or this one when it is back.
    if (signal.aborted) return log.warn({ err: error, job }, 'a job was broken off: the node stops')
    meter.add('job_failures_total', { task: job })
    log.error({ err: error, job }, 'a job failed')
  }
  const lookLater = (slot: number, ms: number) => {
    if (signal.aborted || Date.now() + ms > slot + lostAfterMs) return
    again = setTimeout(() => void take(slot), ms + toleranceMs).unref()
  }
  const take = async (slot: number): Promise<void> => {
    clearTimeout(again)
    // What was to come when this machine's clock was ahead comes in its time.
    if (signal.aborted || slot > Date.now() + leaseMs) return
    // Jobs remove for good: a clock that jumped may be wrong, and its people would be gone when it is right again.
    if (!clock.isSteady()) {
      log.warn({ job }, 'a job waits: the clock jumped')
      return lookLater(slot, leaseMs)
    }
    const run = runOnce(deps, { job, slot, node, work: () => input.work(signal) })
    underWay.set(
      slot,
      run.catch(() => {}),
    )
    try {
      if (!(await run)) lookLater(slot, leaseMs)
      failures = 0
    } catch (error) {
      failed(error)
      lookLater(slot, Math.min(leaseMs, firstRetryMs * 2 ** failures++))
    } finally {
      underWay.delete(slot)
    }
  }
  const run = async (cron: Cron) => {
    // The moment of the pattern, not the moment of waking: a node that is a little early or late means the same slot.
    const woken = cron.currentRun() ?? new Date()
    const [slot] = cron.previousRuns(1, new Date(woken.getTime() + toleranceMs))
    if (slot) await take(slot.getTime())
  }
  // Prometheus sees no increase in what was not there before; and what has failed never shows so that it is scheduled.
  meter.add('job_failures_total', { task: job }, 0)
  const cron = new Cron(input.pattern, { timezone, protect: true, unref: true, catch: failed }, run)

  const catchUp = async () => {
    const slot = cron.previousRuns(1)[0]?.getTime()
    if (slot === undefined || Date.now() > slot + lostAfterMs) return
    try {
      if (await jobs.isOwed(job, slot, clock.now())) await take(slot)
    } catch (error) {
      log.warn({ err: error, job }, 'the last run of a job could not be looked at')
      if (!signal.aborted) starting = setTimeout(() => void catchUp(), firstRetryMs).unref()
    }
  }
  void catchUp()

  return {
    stop: async () => {
      stopping.abort()
      clearTimeout(again)
      clearTimeout(starting)
      cron.stop()
      const slots = [...underWay.keys()]
      if (slots.length === 0) return
      await Promise.race([
        Promise.all(underWay.values()),
        new Promise((resolve) => setTimeout(resolve, stopWithinMs).unref()),
      ])
      // It need not wait for the end of our lease. What is finished stays so.
      const giveBack = (slot: number) => jobs.renew({ job, slot, node, now: clock.now(), leaseMs: -1 })
      await Promise.all(slots.map(giveBack)).catch((error: unknown) =>
        log.warn({ err: error, job }, 'the run of a job could not be given back'),
      )
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
  await deps.jobs.deleteOld(now - keepMs, now)
  deps.log.info({ job, ...counts }, 'a job is done')
  return true
}

import os from 'node:os'
import type { Log } from './log.ts'
import { UnavailableError } from './unavailable.ts'

/** Epoch milliseconds. Every decision takes its time from one of these, which follows the database's clock. */
export type Clock = { now(): number }

/** A clock that also says whether what is removed for good may go by it. */
export type SteadyClock = Clock & {
  /** False while a jump is not believed, and for an hour after one was. */
  isSteady(): boolean
}

/** Milliseconds added to the database's clock. Only `@vigile/engine/testing` ever changes it. */
export type ClockOffset = { ms: number }

/** The database tells a time that can't be: nobody's session is judged by it. */
export class ClockJumpedError extends UnavailableError {
  override readonly name = 'ClockJumpedError'
}

/** What differs by more from the time that must be is a jump, forward or back. */
const jumpMs = 3_600_000
/** A new time that went on for so long is the time. */
const believedAfterMs = 600_000
const unsteadyMs = 3_600_000
/** A machine that slept for less is not looked at. */
const napMs = 60_000
const quietMs = 60_000

/** A time that was told, and when by the monotonic clock: it goes on from there. */
type Line = { told: number; readonly at: number }

const lineFrom = (told: number): Line => ({ told, at: performance.now() })
const timeOn = ({ told, at }: Line) => told + (performance.now() - at)
const isNear = (time: number, line: Line | null) => line !== null && Math.abs(time - timeOn(line)) <= jumpMs

/** Uptime counts what a machine slept through, the monotonic clock of Linux does not. */
const sleptMs = () => os.uptime() * 1_000 - performance.now()

export type DatabaseClock = SteadyClock & {
  /** Takes a time the database just told (without offset) and gives it with the offset. Throws a `ClockJumpedError`. */
  observe(databaseNow: number): number
  /** The same for a clock that can be asked at any moment: false where the time is not believed, which `now` then goes without. */
  hear(databaseNow: number): boolean
}

/**
 * A clock that follows the database's: it keeps the last time the database told and adds what has passed since then by
 * the process's monotonic clock, so a wrong or jumping clock on a node changes nothing. The first time that is told is believed, and
 * one that jumped once it has gone on for ten minutes, or is back where it was (decisions/0031).
 */
export const createDatabaseClock = (offset: ClockOffset, log: Log): DatabaseClock => {
  let held = lineFrom(Date.now())
  let hasTold = false
  let slept = sleptMs()
  let saidAt = Number.NEGATIVE_INFINITY
  let believedAt = Number.NEGATIVE_INFINITY
  let doubted: Line | null = null
  /** Where the time was before a jump that was believed. */
  let former: Line | null = null

  const wakeUp = () => {
    const before = slept
    slept = Math.max(slept, sleptMs())
    held.told += slept - before
  }
  const doubt = (time: number) => {
    const aheadSeconds = Math.round((time - timeOn(held)) / 1_000)
    doubted = lineFrom(time)
    if (performance.now() - saidAt < quietMs) return
    saidAt = performance.now()
    log.error({ alert: 'clock_jumped', aheadSeconds }, 'the clock of the database jumped: not believed for ten minutes')
  }
  const hear = (time: number): boolean => {
    if (Math.abs(time - timeOn(held)) > napMs) wakeUp()
    if (hasTold && !isNear(time, held)) {
      const isBack = isNear(time, former)
      if (!isBack && !isNear(time, doubted)) doubt(time)
      if (!isBack && performance.now() - (doubted as Line).at < believedAfterMs) return false
      log.warn({ isBack }, 'the clock of the database is believed; nothing is removed by it for an hour')
      believedAt = performance.now()
      former = isBack ? null : held
    }
    hasTold = true
    doubted = null
    held = lineFrom(time)
    return true
  }
  return {
    now: () => Math.round(timeOn(held)) + offset.ms,
    isSteady: () => doubted === null && performance.now() - believedAt >= unsteadyMs,
    hear,
    observe: (databaseNow) => {
      if (!hear(databaseNow)) throw new ClockJumpedError('the clock of the database jumped')
      return databaseNow + offset.ms
    },
  }
}

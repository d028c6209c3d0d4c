// Sends what waits in the database. Every node does: a row is taken by one, and by another should that one die.
import type { SteadyClock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'

const atOnce = 10
/** Longer than anybody may take over all its steps. */
const leaseMs = 120_000
const firstPauseMs = 10_000
/** A pause is up to so much shorter: what failed together does not come back together. */
const jitter = 0.2

/** The pause after so many tries: 10 s, 20 s, 40 s … up to the longest. */
export const pauseMs = (tries: number, longestMs: number): number =>
  Math.min(firstPauseMs * 2 ** (tries - 1), longestMs)

type Waiting = { readonly id: string; readonly kind: string; readonly expiresAt: number; readonly tries: number }

/** What a store of rows that wait to be sent gives to whoever sends them. */
export type WaitingRows<Row, Outcome extends string> = {
  /** Takes up to `limit` rows that are due: they are due again after `leaseMs`, should the node that took them die. */
  claim(input: {
    readonly now: number
    readonly leaseMs: number
    readonly limit: number
    /** What came too late stays where it is. */
    readonly onlyInTime?: boolean
  }): Promise<readonly Row[]>
  /** It is over. */
  end(id: string, outcome: Outcome, now: number): Promise<void>
  /** Due again then. */
  postpone(id: string, nextAt: number): Promise<void>
}

export type Delivery = {
  /** Sends what is due at the call; the number that went out. Several calls at once share the work. */
  deliver(): Promise<number>
  /** Why the last one that was tried still waits; null: it does not, or for a reason of its own. */
  failure(): { readonly at: number; readonly error: unknown } | null
}

export const createDelivery = <Row extends Waiting, Outcome extends string>(deps: {
  readonly rows: WaitingRows<Row, Outcome | 'expired'>
  /** What may pass later rejects; `put_off`: for a reason of this one row, which says nothing of others. */
  readonly handOver: (row: Row) => Promise<Outcome | 'put_off'>
  /** The outcome that counts. */
  readonly wentOut: NoInfer<Outcome>
  /** For the log: what it is called, and how its alerts begin. */
  readonly thing: string
  readonly alert: string
  readonly longestPauseMs: number
  readonly clock: SteadyClock
  readonly log: Log
  /** Where the node stops, what is in hand is the last: a backlog of an hour does not keep it. */
  readonly isStopping?: () => boolean
}): Delivery => {
  const { rows, thing, alert, clock, log } = deps
  let failure: ReturnType<Delivery['failure']> = null
  let round: Promise<number> | undefined
  let isAskedAgain = false

  const postpone = ({ id, tries }: Row) => {
    const pause = pauseMs(tries, deps.longestPauseMs) * (1 - jitter * Math.random())
    return rows.postpone(id, Math.round(clock.now() + pause))
  }
  /** Whether it went out. */
  const serve = async (row: Row): Promise<boolean> => {
    const { id, kind, tries } = row
    const about = { [thing]: id, kind, tries }
    if (row.expiresAt <= clock.now()) {
      log.error({ ...about, alert: `${alert}_expired` }, `a ${thing} could not be sent in time, and is given up`)
      await rows.end(id, 'expired', clock.now())
      return false
    }
    let outcome: Outcome | 'put_off'
    try {
      outcome = await deps.handOver(row)
      failure = null
    } catch (error) {
      if (!failure)
        log.error({ ...about, err: error, alert: `${alert}_down` }, `a ${thing} could not be handed over, and waits`)
      failure = { at: clock.now(), error }
      await postpone(row)
      return false
    }
    if (outcome === 'put_off') {
      await postpone(row)
      return false
    }
    await rows.end(id, outcome, clock.now())
    return outcome === deps.wentOut
  }

  const deliverAll = async (): Promise<number> => {
    let sent = 0
    try {
      for (;;) {
        isAskedAgain = false
        // By a clock that jumped nothing is given up.
        const onlyInTime = !clock.isSteady()
        const due = await rows.claim({ now: clock.now(), leaseMs, limit: atOnce, onlyInTime })
        const went = await Promise.all(due.map(serve))
        sent += went.filter(Boolean).length
        if (deps.isStopping?.() || (due.length < atOnce && !isAskedAgain)) return sent
      }
    } finally {
      round = undefined
    }
  }

  return {
    deliver: () => {
      // The round under way may have looked already, before what this call is for was there.
      isAskedAgain = true
      round ??= deliverAll()
      return round
    },
    failure: () => failure,
  }
}

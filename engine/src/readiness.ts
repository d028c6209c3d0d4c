// Whether this node can serve (OPS-6, SPEC section 17).
import { otherDatabase, type SameDatabase } from './audit/same-database.ts'
import type { LimitStore } from './limits/store.ts'
import type { Channel } from './primitives/channel.ts'
import { ClockJumpedError } from './primitives/clock.ts'

/** The endpoint is never limited, so its answer is kept for so long. */
const keepMs = 500
/** That the database takes writes is tried at most so often, and again at each look while it does not. */
const keepWrittenMs = 5_000
/** A database that says nothing for so long is down, for a load balancer's purposes; sooner where all answers are due sooner. */
const maxPatienceMs = 3_000

type State = 'ok' | 'degraded' | 'down'
type Part = 'database' | 'migrations' | 'sameDatabase' | 'writes'

const allDown: Readonly<Record<Part, State>> = {
  database: 'down',
  migrations: 'down',
  sameDatabase: 'down',
  writes: 'down',
}

/** Where the audit log's head alone was removed, only who has no session there is told to come again. */
const stateOf = { same: 'ok', missing: 'degraded', another: 'down' } as const

/** `down`: send no requests here. `degraded`: it serves, and someone should look. `todo`: what an operator does who is told of it first here. */
export type Readiness = {
  readonly status: State
  readonly parts: Readonly<Record<string, State>>
  readonly todo?: string
}

type Probed = {
  ping(): Promise<void>
  migrationState(): Promise<{ readonly pending: readonly string[]; readonly applied: readonly string[] }>
}

export const createReadiness = (deps: {
  readonly database: Probed
  readonly sameDatabase: Pick<SameDatabase, 'look' | 'isKnown'>
  readonly channel: Pick<Channel, 'isAlive'>
  readonly limits: Pick<LimitStore, 'isDegraded'>
  /** Whether there is a Redis. */
  readonly redis: boolean
  /** Null: no letter leaves this node. */
  readonly mail: { isDegraded(): boolean } | null
  /**
   * Opens what is not open yet, looks where every session check looks, and writes something small. A full disk, a database that
   * turned read-only or one without its tables still answers a ping.
   */
  readonly write: () => Promise<void>
  readonly answerWithinMs: number
}): { read(): Promise<Readiness>; drain(): void } => {
  const { database, sameDatabase, channel, limits, answerWithinMs } = deps
  const patienceMs = Math.min(maxPatienceMs, answerWithinMs / 2)
  let draining = false
  let known: { readonly at: number; readonly state: Promise<Readiness> } | undefined
  let writtenAt = Number.NEGATIVE_INFINITY

  const takesWrites = async (): Promise<State> => {
    if (performance.now() - writtenAt <= keepWrittenMs) return 'ok'
    try {
      await deps.write()
      writtenAt = performance.now()
      return 'ok'
    } catch {
      return 'down'
    }
  }

  const lookAtDatabase = async (): Promise<Record<Part, State>> => {
    await database.ping()
    const { pending, applied } = await database.migrationState()
    if (pending.length > 0) {
      // Without a table it is a new one; to whoever has known another.
      const isLost = applied.length === 0 && sameDatabase.isKnown()
      return { database: 'ok', migrations: 'down', sameDatabase: isLost ? 'down' : 'ok', writes: 'down' }
    }
    const writes = await takesWrites()
    return { database: 'ok', migrations: 'ok', sameDatabase: stateOf[await sameDatabase.look()], writes }
  }

  const look = async (): Promise<Readiness> => {
    let hasJumped = false
    const ofDatabase = await within(patienceMs, lookAtDatabase()).catch((error: unknown) => {
      hasJumped = error instanceof ClockJumpedError
      return null
    })
    const parts: Record<string, State> = {
      ...(ofDatabase ?? (hasJumped ? { database: 'ok', clock: 'down' } : allDown)),
      channel: channel.isAlive() ? 'ok' : 'degraded',
    }
    if (deps.redis) parts.redis = channel.isAlive() && !limits.isDegraded() ? 'ok' : 'degraded'
    if (deps.mail) parts.mail = deps.mail.isDegraded() ? 'degraded' : 'ok'
    const states = Object.values(parts)
    const status = states.includes('down') ? 'down' : states.includes('degraded') ? 'degraded' : 'ok'
    return { status, parts, ...(ofDatabase?.sameDatabase === 'down' ? { todo: otherDatabase } : {}) }
  }

  return {
    read: async () => {
      if (!known || performance.now() - known.at > keepMs) known = { at: performance.now(), state: look() }
      const state = await known.state
      return draining ? { ...state, status: 'down', parts: { ...state.parts, shutdown: 'down' } } : state
    },
    drain: () => {
      draining = true
    },
  }
}

const within = async <Value>(patienceMs: number, work: Promise<Value>): Promise<Value> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), patienceMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

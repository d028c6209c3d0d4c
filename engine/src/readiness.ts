// Whether this node can serve (OPS-6, SPEC section 17).
import type { LimitStore } from './limits/store.ts'
import type { Channel } from './primitives/channel.ts'

/** The endpoint is never limited, so its answer is kept for so long. */
const keepMs = 500
/** A database that says nothing for so long is down, for a load balancer's purposes. */
const patienceMs = 3_000

type State = 'ok' | 'degraded' | 'down'

/** `down`: send no requests here. `degraded`: it serves, and someone should look. */
export type Readiness = { readonly status: State; readonly parts: Readonly<Record<string, State>> }

type Probed = {
  ping(): Promise<void>
  migrationState(): Promise<{ readonly pending: readonly string[] }>
}

export const createReadiness = (deps: {
  readonly database: Probed
  readonly channel: Pick<Channel, 'isAlive'>
  readonly limits: Pick<LimitStore, 'isDegraded'>
  /** Whether there is a Redis. */
  readonly redis: boolean
}): { read(): Promise<Readiness>; drain(): void } => {
  const { database, channel, limits } = deps
  let draining = false
  let known: { readonly at: number; readonly state: Promise<Readiness> } | undefined

  const look = async (): Promise<Readiness> => {
    const [databaseState, migrations] = await within(lookAtDatabase(database)).catch(() => ['down', 'down'] as const)
    const parts: Record<string, State> = {
      database: databaseState,
      migrations,
      channel: channel.isAlive() ? 'ok' : 'degraded',
    }
    if (deps.redis) parts.redis = channel.isAlive() && !limits.isDegraded() ? 'ok' : 'degraded'
    const states = Object.values(parts)
    return { status: states.includes('down') ? 'down' : states.includes('degraded') ? 'degraded' : 'ok', parts }
  }

  return {
    read: async () => {
      if (!known || performance.now() - known.at > keepMs) known = { at: performance.now(), state: look() }
      const state = await known.state
      return draining ? { status: 'down', parts: { ...state.parts, shutdown: 'down' } } : state
    },
    drain: () => {
      draining = true
    },
  }
}

const lookAtDatabase = async (database: Probed): Promise<readonly ['ok', 'ok' | 'down']> => {
  await database.ping()
  const { pending } = await database.migrationState()
  return ['ok', pending.length === 0 ? 'ok' : 'down']
}

const within = async <Value>(work: Promise<Value>): Promise<Value> => {
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

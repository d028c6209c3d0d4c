// The state of the parts that people know of, now and over 90 days (OPS-6). Each node looks; what one has written, the others read.
import { heldUpSince } from '../mail/held-up.ts'
import type { Postman } from '../mail/postman.ts'
import type { OutboxStore } from '../mail/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { ProviderState } from '../provider-calls/provider-clients.ts'
import { type History, historyMs, historyOf } from './history.ts'
import { gapMs, heldState, nextPeriod } from './next-period.ts'
import { emailState, type PartsReady, providerState, signInState } from './observe.ts'
import { createOutages, unseenParts } from './outages.ts'
import { emailPart, isWorse, type PartState, type Period, providerPart, signInPart, worst } from './period.ts'
import type { StatusStore } from './store.ts'

export type StatusPart = History & {
  /** `sign-in` (sessions included), `email`, or `provider:` and its id. */
  readonly id: string
  /** Of a provider, as people read it; else null. */
  readonly name: string | null
  /** Null: nobody knows at present. */
  readonly state: PartState | null
}

export type StatusReport = {
  /** When this was so, in epoch milliseconds. */
  readonly at: number
  /** That of sign-in and sessions; `degraded` where only another part is not `up`. Null: nobody knows. */
  readonly state: PartState | null
  /** False: the database is away, and what other nodes saw since is not there. */
  readonly hasHistory: boolean
  readonly parts: readonly StatusPart[]
}

export type StatusDeps = {
  readonly status: StatusStore
  readonly outbox: Pick<OutboxStore, 'waiting' | 'oldestUntried'>
  readonly readiness: () => Promise<PartsReady>
  readonly providers: () => readonly ProviderState[]
  /** Null: no letters leave this site. */
  readonly postman: Pick<Postman, 'isDegraded'> | null
  /** False: a command, which writes nothing down. */
  readonly isServer: boolean
  readonly clock: Clock
}

export type Status = {
  /** Looks, and writes down what it sees. Rejects where that could not be written although the database is there. */
  look(): Promise<void>
  /** Never rejects. */
  read(): Promise<StatusReport>
}

/** However many ask, nodes look no more often than this. */
const keepMs = 5_000
/** On a bad day the page comes with what is known, not when a part that is silent answers. */
const patienceMs = 1_500

type Live = { readonly id: string; readonly name: string | null; readonly state: PartState | null }

const overall = ([signIn = null, ...others]: readonly (PartState | null)[]): PartState | null =>
  signIn === 'up' && others.some((state) => isWorse(state, 'up')) ? 'degraded' : signIn

export const createStatus = (deps: StatusDeps): Status => {
  const { status, clock, isServer } = deps
  const outages = createOutages()
  let lastGoodAt: number | null = null
  let wasWell = true
  let periods: readonly Period[] = []
  let known: StatusReport | undefined
  let underWay: Promise<void> | undefined

  const partsOf = (signIn: PartState | null, email: PartState | null, now: number): readonly Live[] => [
    { id: signInPart, name: null, state: signIn },
    ...(deps.postman ? [{ id: emailPart, name: null, state: email }] : []),
    // A provider that answers is of no use to who can't sign in: what to say of it is not known until that is over.
    ...deps.providers().map(({ id, name, ...one }) => ({
      id: providerPart(id),
      name,
      state: signIn === 'down' || signIn === null ? null : providerState(one, now),
    })),
  ]

  const newestOf = (part: string): Period | null =>
    periods.reduce<Period | null>(
      (newest, one) => (one.part === part && one.seenAt > (newest?.seenAt ?? 0) ? one : newest),
      null,
    )
  const outagePeriods = (): readonly Period[] => {
    const seen = periods.filter(({ part }) => part === signInPart)
    return outages
      .list()
      .flatMap((outage) => unseenParts(outage, seen))
      .map(({ from, to }) => ({ part: signInPart, state: 'down', beganAt: from, seenAt: to }))
  }

  const readPeriods = async (now: number) => {
    periods = await status.since(now - historyMs)
  }
  const writeOutages = async () => {
    for (const outage of outagePeriods()) await status.open(outage)
    outages.clear()
  }
  /** Whether there was anything to write. */
  const write = async (live: readonly Live[], now: number): Promise<boolean> => {
    let hasWritten = false
    for (const { id, state } of live) {
      const next: ReturnType<typeof nextPeriod> =
        state === null
          ? { act: 'none' }
          : nextPeriod(newestOf(id), { part: id, state, now, isFresh: lastGoodAt === null })
      if (next.act === 'extend') await status.extend(next.period, now)
      if (next.act === 'open') await status.open(next.period)
      hasWritten ||= next.act !== 'none'
    }
    return hasWritten
  }

  const reportOf = (live: readonly Live[], now: number, hasHistory: boolean): StatusReport => {
    const all = [...periods, ...outagePeriods()]
    const parts = live.map(({ id, name, state: seenHere }): StatusPart => {
      const state = worst([seenHere, seenHere === null ? null : heldState(newestOf(id), now)])
      const own = all.filter(({ part }) => part === id)
      return { id, name, state, ...historyOf(own, now, state) }
    })
    return { at: now, state: overall(parts.map(({ state }) => state)), hasHistory, parts }
  }

  const look = async () => {
    const seen = signInState(await deps.readiness())
    // At one look it may be a node that has just started, and has not heard the others yet.
    const signIn = seen === 'degraded' && wasWell ? 'up' : seen
    wasWell = seen === 'up'
    const now = clock.now()
    let live = partsOf(signIn, null, now)
    let hasHistory = false
    try {
      if (signIn === 'down') {
        outages.note(lastGoodAt !== null && now - lastGoodAt <= gapMs ? lastGoodAt : now, now)
        return
      }
      outages.end()
      const email = deps.postman ? emailState(await heldUpSince(deps.outbox, deps.postman.isDegraded()), now) : null
      live = partsOf(signIn, email, now)
      await readPeriods(now)
      if (isServer) {
        if (outages.list().length > 0) {
          await writeOutages()
          await readPeriods(now)
        }
        if (await write(live, now)) await readPeriods(now)
      }
      lastGoodAt = now
      hasHistory = true
    } finally {
      known = reportOf(live, now, hasHistory)
    }
  }
  const lookTogether = (): Promise<void> => {
    underWay ??= look().finally(() => {
      underWay = undefined
    })
    return underWay
  }

  return {
    look: lookTogether,
    read: async () => {
      if (!known || Math.abs(clock.now() - known.at) > keepMs) {
        let timer: NodeJS.Timeout | undefined
        const late = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, patienceMs)
        })
        // What goes wrong here is said in the log by the look that comes by the clock.
        await Promise.race([lookTogether().catch(() => {}), late])
        clearTimeout(timer)
      }
      return known ?? reportOf(partsOf(null, null, clock.now()), clock.now(), false)
    },
  }
}

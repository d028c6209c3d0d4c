// Many people at once, under load while something is killed, and what the database must hold of what they were told.
import type { ServerNode } from './node.ts'
import { createPerson, type Person } from './person.ts'

/** A session's row, as far as the checks read it. */
export type Row = { readonly id: string; readonly revokedAt: number | null }

/** A way into the database beside the servers. */
export type Ledger = {
  /** Hours go by for every live session: the next refresh of each is due to rotate. */
  passTime(hours: number): Promise<void>
  rows(): Promise<readonly Row[]>
  users(): Promise<readonly string[]>
  /** What is on record: the action, and whose or what it was done to. */
  record(): Promise<readonly string[]>
  /** Entries on record of what must not happen: reuse, lost commits, many siblings. */
  alarms(): Promise<readonly string[]>
}

export type Life = {
  /** Resolves when so many more were told "not now", or not answered at all. */
  refusals(count: number): Promise<void>
  /** Resolves when so many more acts were answered. */
  answers(count: number): Promise<void>
  stop(): Promise<void>
}

export type Crowd = {
  readonly people: readonly Person[]
  /** Everybody signs up. */
  enter(): Promise<void>
  /** Everybody acts, one thing after the other, until `stop`, which resolves when all have stopped. */
  live(): Life
  /** Everything that is not as it was promised. */
  check(ledger: Ledger): Promise<readonly string[]>
}

const restMs = 5
const lookEveryMs = 2
const maxWaitMs = 600_000
const betweenHoursMs = 300

const until = async (condition: () => boolean) => {
  const giveUpAt = performance.now() + maxWaitMs
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`the people were not answered within ${maxWaitMs / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
}

/** People take the nodes in turn, and go to another one when theirs does not answer. */
export const createCrowd = (size: number, nodes: () => readonly ServerNode[]): Crowd => {
  let turn = 0
  const next = (): ServerNode => {
    const all = nodes()
    turn += 1
    return all[turn % all.length] as ServerNode
  }
  const people = Array.from({ length: size }, (_, index) => createPerson(`person-${index}`, next))

  const total = (of: (counts: Person['counts']) => number) => people.reduce((sum, { counts }) => sum + of(counts), 0)
  const answered = () => total((counts) => counts.answered)
  const refused = () => total((counts) => counts.unavailable + counts.unanswered)
  const reach = (sum: () => number, more: number) => {
    const enough = sum() + more
    return until(() => sum() >= enough)
  }
  const live = (): Life => {
    let stopped = false
    const running = people.map(async (person) => {
      while (!stopped) {
        await person.act()
        await new Promise((resolve) => setTimeout(resolve, restMs))
      }
    })
    return {
      answers: (count) => reach(answered, count),
      refusals: (count) => reach(refused, count),
      stop: async () => {
        stopped = true
        await Promise.all(running)
      },
    }
  }

  return {
    people,
    live,
    enter: async () => {
      const life = live()
      await until(() => people.every(({ sessions }) => sessions.length > 0))
      await life.stop()
    },
    check: async (ledger) => {
      const rows = new Map((await ledger.rows()).map((row) => [row.id, row]))
      const users = new Set(await ledger.users())
      const record = new Set(await ledger.record())
      const wrong = people.flatMap(({ sessions }) =>
        sessions.flatMap(({ id, userId, state }) => {
          const row = rows.get(id)
          if (!users.has(userId)) return [`the account ${userId} was acknowledged and is gone`]
          if (!row) return [`the session ${id} was acknowledged and is gone`]
          if (!record.has(`user:sign-up ${userId}`)) return [`the sign-up of ${userId} is not on record`]
          if (state === 'ended' && !record.has(`session:end ${id}`)) return [`the sign-out of ${id} is not on record`]
          if (state === 'ended' && row.revokedAt === null) return [`the session ${id} was signed out and lives`]
          if (state === 'live' && row.revokedAt !== null) return [`the session ${id} lives and was ended`]
          return []
        }),
      )
      await Promise.all(people.map((person) => person.check()))
      return [...wrong, ...people.flatMap(({ faults }) => faults), ...(await ledger.alarms())]
    },
  }
}

/** Two hours go by, again and again, while people act: they rotate all the time. */
export const letTimePass = (ledger: Ledger): { stop(): Promise<void> } => {
  let passing = Promise.resolve()
  // A database that is down has no time to pass.
  const pass = () => ledger.passTime(2).catch(() => {})
  const timer = setInterval(() => {
    passing = passing.then(pass)
  }, betweenHoursMs)
  return {
    stop: async () => {
      clearInterval(timer)
      await passing
    },
  }
}

/** What the people did, for a report. */
export const countsOf = ({ people }: Crowd) => {
  const sum = (of: (person: Person) => number) => people.reduce((so, person) => so + of(person), 0)
  return {
    answered: sum(({ counts }) => counts.answered),
    unavailable: sum(({ counts }) => counts.unavailable),
    unanswered: sum(({ counts }) => counts.unanswered),
    rotations: sum(({ counts }) => counts.rotations),
    sessions: sum(({ sessions }) => sessions.length),
    signOuts: sum(({ sessions }) => sessions.filter(({ state }) => state === 'ended').length),
  }
}

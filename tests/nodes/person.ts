// Somebody who signs up, refreshes, acknowledges and signs out, and remembers what was answered: the yardstick of a crash.
import type { Reply, Visitor } from '../support/visitor.ts'
import { copyOf, newVisitor, type ServerNode } from './node.ts'

/** One session as its browser knows it. */
export type Held = {
  readonly id: string
  readonly userId: string
  /** Somebody who copied the cookies before they were cleared. */
  thief: Visitor | null
  /** `ending`: the sign-out was sent and not answered. */
  state: 'live' | 'ending' | 'ended'
}

export type Person = {
  readonly sessions: readonly Held[]
  /** Answers that an honest client must never get. */
  readonly faults: readonly string[]
  readonly counts: {
    readonly answered: number
    /** 503: "not now". */
    readonly unavailable: number
    readonly unanswered: number
    readonly rotations: number
  }
  /** The next act of its day. */
  act(): Promise<void>
  /** Whoever is signed in goes on without a sign-in, whoever signed out stays out. */
  check(): Promise<void>
}

const password = 'quiet-harbour-lantern-42'
const tries = 60
const pauseMs = 250

export const createPerson = (name: string, at: () => ServerNode): Person => {
  const sessions: Held[] = []
  const faults: string[] = []
  const counts = { answered: 0, unavailable: 0, unanswered: 0, rotations: 0 }
  const visitor = newVisitor(at)
  let held: Held | null = null
  let account: string | null = null
  let accounts = 0
  let step = 0

  /** Null where no answer came, or the server said that it could not do it: the client keeps what it has. */
  const ask = async (what: string, wanted: readonly number[], send: () => Promise<Reply>): Promise<Reply | null> => {
    try {
      const reply = await send()
      if (reply.status === 503) {
        counts.unavailable += 1
        return null
      }
      if (!wanted.includes(reply.status)) faults.push(`${name}: ${what} was answered ${reply.status} ${reply.text}`)
      counts.answered += 1
      return reply
    } catch {
      counts.unanswered += 1
      return null
    }
  }

  const enter = ({ body }: Reply) => {
    held = { id: body.session.id, userId: body.user.id, thief: null, state: 'live' }
    sessions.push(held)
  }
  const signUp = async () => {
    const email = `${name}-${accounts}@example.com`
    // Taken: the answer of the sign-up before was lost.
    const reply = await ask('sign-up', [201, 409], () => visitor.signUp(email, password))
    if (reply?.status === 201) enter(reply)
    if (!reply) return
    account = email
    accounts += 1
  }
  const signIn = async (email: string) => {
    const reply = await ask('sign-in', [200], () => visitor.signIn(email, password))
    if (reply?.status === 200) enter(reply)
  }
  const refresh = async () => {
    const reply = await ask('refresh', [200], () => visitor.refresh())
    if (reply?.body.rotated) counts.rotations += 1
    return reply
  }
  const signOut = async (leaving: Held) => {
    leaving.thief ??= copyOf(visitor, at)
    leaving.state = 'ending'
    const reply = await ask('sign-out', [204], () => visitor.post('/api/auth/logout', {}))
    if (reply?.status !== 204) return
    leaving.state = 'ended'
    held = null
    // Every other time somebody new comes.
    if (sessions.length % 2 === 0) account = null
  }

  // 409: the answer of the refresh before was lost, and the jar holds the token before it.
  const ack = () => ask('ack', [204, 409], () => visitor.ack())
  const day = [refresh, ack, () => ask('me', [200], visitor.me), refresh, ack, refresh, signOut] as const

  const act = async () => {
    if (held?.state === 'ending') return signOut(held)
    if (!held) return account === null ? signUp() : signIn(account)
    await day[step++ % day.length]?.(held)
  }

  const until = async (what: string, right: (reply: Reply) => boolean, send: () => Promise<Reply>) => {
    for (let count = 0; count < tries; count += 1) {
      const reply = await send().catch(() => null)
      if (reply && reply.status !== 503) {
        if (!right(reply)) faults.push(`${name}: ${what} was answered ${reply.status} ${reply.text}`)
        return
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
    faults.push(`${name}: ${what} was never answered`)
  }

  return {
    sessions,
    faults,
    counts,
    act,
    check: async () => {
      if (held?.state === 'live') await until('refresh afterwards', ({ status }) => status === 200, visitor.refresh)
      const thieves = sessions.flatMap(({ state, thief }) => (state === 'ended' && thief ? [thief] : []))
      for (const thief of thieves.slice(-1)) {
        const isOver = ({ status, body }: Reply) => status === 401 && body.reason === 'signed_out'
        await until('refresh after sign-out', isOver, thief.refresh)
        await until('me after sign-out', ({ status }) => status === 401, thief.me)
      }
    },
  }
}

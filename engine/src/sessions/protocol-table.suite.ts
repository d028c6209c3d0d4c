// The tables of PROTOCOL.md read a second time, row by row as they are printed, to hold the implementation against.
// It says what a session is afterwards, not what changes; each row has its condition in full, so that exactly one must hold.
import type { SessionRow } from './store.ts'

/** The fields of the table "State" that the rows below read or write. */
export type State = Pick<
  SessionRow,
  | 'generation'
  | 'issue'
  | 'winner'
  | 'previousWinner'
  | 'rotatedAt'
  | 'issuedAt'
  | 'durable'
  | 'keyId'
  | 'idleExpiresAt'
  | 'expiresAt'
  | 'revokedAt'
  | 'revokedReason'
>

export type Asked = {
  readonly p: number
  readonly q: number
  readonly keyId: string
  readonly retry: boolean
  readonly settled: boolean
}

export type Told = {
  readonly row: number
  /** `access`: a new access token alone. `cookie`: a refresh cookie too, of `token`. */
  readonly answer: 'access' | 'cookie' | 'stale' | 'reuse'
  readonly token?: { readonly g: number; readonly i: number; readonly keyId: string }
  readonly alert?: string
  readonly after: State
}

export type Constants = {
  readonly G: number
  readonly W: number
  readonly R: number
  readonly N: number
  readonly idle: number
  readonly newestKeyId: string
}

const hour = 3_600_000

type Given = { readonly s: State; readonly a: Asked; readonly now: number; readonly c: Constants }
type Printed = {
  readonly row: number
  readonly condition: (given: Given) => boolean
  readonly action: (given: Given) => Told
}

const matchesPrevious = ({ s, a }: Given) => s.previousWinner === null || a.q === s.previousWinner
const isReplay = ({ s, now, c }: Given) => now <= s.rotatedAt + c.G || now <= s.issuedAt + c.W
const isPrevious = ({ s, a }: Given) => a.p === s.generation - 1
const isCurrent = ({ s, a }: Given) => a.p === s.generation

const stale = (row: number, s: State): Told => ({ row, answer: 'stale', after: s })
const revoke = (row: number, { s, now }: Given): Told => ({
  row,
  answer: 'reuse',
  after: { ...s, revokedAt: now, revokedReason: 'reuse' },
})

const sibling = (row: number, given: Given, winner: number | null): Told => {
  const { s, now, c } = given
  const i = s.issue + 1
  if (i > c.N) return revoke(row, given)
  return {
    row,
    answer: 'cookie',
    token: { g: s.generation, i, keyId: s.keyId },
    ...(i < 3 ? {} : { alert: 'many_siblings' }),
    after: { ...s, issue: i, issuedAt: now, winner },
  }
}

const idleFrom = ({ s, now, c }: Given) => Math.min(now + c.idle, s.expiresAt)

const rowTwo = (row: number, given: Given): Told => {
  const { s, a, now, c } = given
  const long = Math.min(c.idle / 4, hour)
  const age = now - s.issuedAt
  const durable = s.durable || a.settled || age >= long
  if (age < c.R || !durable) return { row, answer: 'access', after: { ...s, durable } }
  const g = s.generation + 1
  return {
    row,
    answer: 'cookie',
    token: { g, i: 0, keyId: c.newestKeyId },
    after: {
      ...s,
      previousWinner: s.winner,
      generation: g,
      issue: 0,
      winner: null,
      durable: false,
      keyId: c.newestKeyId,
      rotatedAt: now,
      issuedAt: now,
      idleExpiresAt: idleFrom(given),
    },
  }
}

const printed: readonly Printed[] = [
  {
    row: 1,
    condition: (given) => isCurrent(given) && given.s.winner === null && given.a.q <= given.s.issue,
    action: (given) => rowTwo(1, { ...given, s: { ...given.s, winner: given.a.q } }),
  },
  {
    row: 2,
    condition: (given) => isCurrent(given) && given.a.q === given.s.winner,
    action: (given) => rowTwo(2, given),
  },
  {
    row: 3,
    condition: (given) => given.a.p > given.s.generation || (isCurrent(given) && given.a.q > given.s.issue),
    action: (given) => ({
      row: 3,
      answer: 'access',
      alert: 'commits_lost',
      after: {
        ...given.s,
        generation: given.a.p,
        issue: given.a.q,
        winner: given.a.q,
        previousWinner: null,
        durable: false,
        keyId: given.a.keyId,
        rotatedAt: given.now,
        issuedAt: given.now,
        idleExpiresAt: idleFrom(given),
      },
    }),
  },
  {
    row: 4,
    condition: (given) =>
      isCurrent(given) && given.s.winner !== null && given.a.q !== given.s.winner && given.a.q <= given.s.issue,
    action: (given) => revoke(4, given),
  },
  {
    row: 5,
    condition: (given) => isPrevious(given) && matchesPrevious(given) && given.s.winner === null && isReplay(given),
    action: ({ s }) => ({
      row: 5,
      answer: 'cookie',
      token: { g: s.generation, i: s.issue, keyId: s.keyId },
      after: s,
    }),
  },
  {
    row: 6,
    condition: (given) => isPrevious(given) && matchesPrevious(given) && given.s.winner === null && !isReplay(given),
    action: (given) => sibling(6, given, null),
  },
  {
    row: 7,
    condition: (given) => isPrevious(given) && matchesPrevious(given) && given.s.winner !== null && !given.s.durable,
    action: (given) => (given.a.retry ? sibling(7, given, null) : stale(7, given.s)),
  },
  {
    row: 8,
    condition: (given) => isPrevious(given) && matchesPrevious(given) && given.s.winner !== null && given.s.durable,
    action: (given) => (given.a.retry ? revoke(8, given) : stale(8, given.s)),
  },
  {
    row: 9,
    condition: (given) => isPrevious(given) && given.s.previousWinner !== null && !matchesPrevious(given),
    action: (given) => revoke(9, given),
  },
  {
    row: 10,
    condition: ({ s, a }) => a.p < s.generation - 1,
    action: (given) => (given.a.retry ? revoke(10, given) : stale(10, given.s)),
  },
]

/** What the refresh table says of a live session. Throws where not exactly one row holds. */
export const readTable = (s: State, a: Asked, now: number, c: Constants): Told => {
  const given = { s, a, now, c }
  const holding = printed.filter(({ condition }) => condition(given))
  const [one, ...more] = holding
  if (!one || more.length > 0) throw new Error(`rows ${holding.map(({ row }) => row)} hold of ${JSON.stringify(given)}`)
  return one.action(given)
}

export type ToldAck = { readonly answer: 'noted' | 'stale'; readonly after: State }

/** What the ack table says of a live session. */
export const readAckTable = (s: State, a: Pick<Asked, 'p' | 'q' | 'settled'>): ToldAck => {
  const durable = a.settled ? true : s.durable
  if (a.p === s.generation && s.winner === null && a.q === s.issue)
    return { answer: 'noted', after: { ...s, winner: a.q, durable } }
  if (a.p === s.generation && a.q === s.winner) return { answer: 'noted', after: { ...s, durable } }
  return { answer: 'stale', after: s }
}

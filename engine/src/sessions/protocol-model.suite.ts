// Lives of sessions as PROTOCOL.md tells them, from sign-in to the last end: a plain machine of values, to hold the
// implementation against. It knows nothing of the implementation; the tables come from their second reading.
import { type Constants, readAckTable, readTable, type State } from './protocol-table.suite.ts'

export type Session = State & { readonly id: string; readonly replaces: string | null }
/** Every session of one user. */
export type World = ReadonlyMap<string, Session>
export type Token = { readonly sid: string; readonly g: number; readonly i: number; readonly keyId: string }

/** What somebody does at a node. `id` is the one that the new session was given. */
export type Act =
  | { readonly kind: 'refresh'; readonly token: Token; readonly retry: boolean; readonly settled: boolean }
  | { readonly kind: 'ack'; readonly token: Token; readonly settled: boolean }
  /** A request with the access cookie that came with this token. */
  | { readonly kind: 'cookie'; readonly token: Token }
  | { readonly kind: 'sign-out'; readonly sid: string }
  | { readonly kind: 'sign-out everywhere' }
  | { readonly kind: 'sign-in'; readonly held: readonly Token[]; readonly id: string }
  | { readonly kind: 'elevation'; readonly of: string; readonly id: string }

/** What a node goes by: its keys, oldest first, and how long things live, in milliseconds. */
export type Rules = Omit<Constants, 'newestKeyId'> & {
  readonly keys: readonly string[]
  readonly absolute: number
  readonly access: number
}

/** `answer` is all that the asker learns, in words. */
export type Told = { readonly world: World; readonly answer: string; readonly alert?: string }

const put = (world: World, ...sessions: readonly Session[]): World =>
  new Map([...world, ...sessions.map((session) => [session.id, session] as const)])

const endOf = (session: Session, now: number): string | null => {
  if (session.revokedAt !== null) return session.revokedReason
  if (now >= session.expiresAt) return 'expired'
  return now >= session.idleExpiresAt ? 'idle' : null
}

/** Revocation is terminal: who is over stays over for the first reason. */
const revoke = (world: World, ids: readonly string[], reason: 'replaced' | 'signed_out', now: number): World =>
  put(
    world,
    ...ids
      .flatMap((id) => world.get(id) ?? [])
      .filter(({ revokedAt }) => revokedAt === null)
      .map((session) => ({ ...session, revokedAt: now, revokedReason: reason })),
  )

/** These, and what lives on only until one of these is proven to have arrived. */
const withReplaced = (world: World, ids: readonly string[]) =>
  ids.flatMap((id) => [id, world.get(id)?.replaces ?? null]).filter((id) => id !== null)

/** The row after a decision; the transaction that first sets w revokes the session that this one elevates. */
const settle = (world: World, before: Session, after: State, isProof: boolean, now: number): World => {
  if (!isProof || before.replaces === null) return put(world, { ...before, ...after })
  return revoke(put(world, { ...before, ...after, replaces: null }), [before.replaces], 'replaced', now)
}

const begun = (id: string, replaces: string | null, now: number, { keys, idle, absolute }: Rules): Session => ({
  id,
  replaces,
  generation: 0,
  issue: 0,
  winner: null,
  previousWinner: null,
  rotatedAt: now,
  issuedAt: now,
  durable: false,
  keyId: keys.at(-1) as string,
  idleExpiresAt: now + Math.min(idle, absolute),
  expiresAt: now + absolute,
  revokedAt: null,
  revokedReason: null,
})

/** In words: the access token that comes with an answer, and until when. */
const access = (g: number, i: number, { idleExpiresAt, expiresAt }: State, now: number, rules: Rules) =>
  `access ${g}.${i} until ${Math.floor(Math.min(now + rules.access, idleExpiresAt, expiresAt) / 1000)}`

const refresh = (world: World, act: Act & { kind: 'refresh' }, now: number, rules: Rules): Told => {
  const { token, retry, settled } = act
  const unavailable = { world, answer: 'unavailable' }
  if (!rules.keys.includes(token.keyId)) return unavailable
  const session = world.get(token.sid)
  if (!session) return { world, answer: 'ended unknown' }
  const end = endOf(session, now)
  if (end !== null) return { world, answer: `ended ${end}` }
  const newestKeyId = rules.keys.at(-1) as string
  const asked = { p: token.g, q: token.i, keyId: token.keyId, retry, settled }
  const told = readTable(session, asked, now, { ...rules, newestKeyId })
  const { row, answer, token: issued, after, alert } = told
  if (answer === 'stale') return { world, answer: 'stale' }
  if (answer === 'reuse')
    return { world: put(world, { ...session, ...after }), answer: 'ended reuse', alert: 'session_reuse' }
  // A node that cannot make the answer must not have changed the row.
  if (issued && !rules.keys.includes(issued.keyId)) return unavailable
  const isProof = row === 1 || row === 3
  return {
    world: settle(world, session, after, isProof, now),
    answer: issued
      ? `cookie ${issued.g}.${issued.i} of ${issued.keyId}, ${access(issued.g, issued.i, after, now, rules)}`
      : access(token.g, token.i, after, now, rules),
    ...(alert === undefined ? {} : { alert }),
  }
}

const ack = (world: World, token: Token, settled: boolean, now: number, rules: Rules): Told => {
  if (!rules.keys.includes(token.keyId)) return { world, answer: 'unavailable' }
  const session = world.get(token.sid)
  if (!session) return { world, answer: 'ended unknown' }
  const end = endOf(session, now)
  if (end !== null) return { world, answer: `ended ${end}` }
  const { answer, after } = readAckTable(session, { p: token.g, q: token.i, settled })
  return { world: settle(world, session, after, session.winner === null && after.winner !== null, now), answer }
}

/** What becomes of the world, and what is answered, at `now` by the database's clock. */
export const tell = (world: World, act: Act, now: number, rules: Rules): Told => {
  switch (act.kind) {
    case 'refresh':
      return refresh(world, act, now, rules)
    case 'ack':
      return ack(world, act.token, act.settled, now, rules)
    case 'cookie':
      // Confirms like an ack without `settled`; whatever comes of it, the request goes on.
      return { ...ack(world, act.token, false, now, { ...rules, keys: [act.token.keyId] }), answer: '' }
    case 'sign-out':
      return { world: revoke(world, withReplaced(world, [act.sid]), 'signed_out', now), answer: '' }
    case 'sign-out everywhere':
      return { world: revoke(world, [...world.keys()], 'signed_out', now), answer: '' }
    case 'sign-in': {
      const held = act.held.filter(({ keyId }) => rules.keys.includes(keyId)).map(({ sid }) => sid)
      const ended = revoke(world, withReplaced(world, held), 'replaced', now)
      return { world: put(ended, begun(act.id, null, now, rules)), answer: act.id }
    }
    case 'elevation':
      return { world: put(world, begun(act.id, act.of, now, rules)), answer: act.id }
    default:
      return act satisfies never
  }
}

export type Timed = { readonly act: Act; readonly now: number; readonly rules: Rules }

/** One after the other. */
export const tellAll = (
  world: World,
  acts: readonly Timed[],
): { readonly told: readonly Told[]; readonly world: World } => {
  let then = world
  const told = acts.map(({ act, now, rules }) => {
    const one = tell(then, act, now, rules)
    then = one.world
    return one
  })
  return { told, world: then }
}

const lettersOf = (world: World) => JSON.stringify([...world.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)))
export const isSame = (a: World, b: World): boolean => lettersOf(a) === lettersOf(b)

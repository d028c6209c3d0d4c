// Does to the implementation, on a real store, what the model tells: the same acts, the same words for the answers.
import { type DerivedKeys, deriveKeys } from '../keys/derive.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Log } from '../primitives/log.ts'
import { StoreUnavailableError, UnavailableError } from '../primitives/unavailable.ts'
import type { Database } from '../stores/database.ts'
import { type Place, sampleAccount } from '../stores/samples.suite.ts'
import { acknowledge } from './acknowledge.ts'
import { beginSession } from './begin.ts'
import { createConfirm } from './confirm.ts'
import { newSession } from './issue.ts'
import type { SessionPolicy } from './policy.ts'
import { readPresentation } from './presented-token.ts'
import {
  type Act,
  isSame,
  type Rules,
  type Session,
  type Token,
  type Told,
  tellAll,
  type World,
} from './protocol-model.suite.ts'
import { type RefreshDeps, refresh } from './refresh.ts'
import { deriveRefreshToken, fingerprintOf } from './refresh-token.ts'
import { type LockedAccounts, revokeSessions, revokeUser } from './revoke.ts'
import { context, openRig } from './rig.suite.ts'
import { samplePolicy } from './session-samples.suite.ts'
import type { SessionRow, SessionStore } from './store.ts'

export const macKeys: readonly DerivedKeys[] = ['first', 'second', 'third'].map((name) =>
  deriveKeys(`the ${name} secret`),
)

/** Short lives, so that they end within a test; no limit per user, which is no part of the tables. */
const day = 86_400_000
const policy: SessionPolicy = {
  ...samplePolicy,
  idleSeconds: 2 * 86_400,
  absoluteSeconds: 5 * 86_400,
  perUser: Number.POSITIVE_INFINITY,
}

/** The rules of a node that knows the first `known` keys, as the model reads them. */
export const rulesOf = (known: number): Rules => {
  const { replayMs: G, burstMs: W, rotationMs: R, siblings: N } = policy.protocol
  const keys = macKeys.slice(0, known).map(({ id }) => id)
  return { G, W, R, N, keys, idle: 2 * day, absolute: 5 * day, access: policy.accessSeconds * 1000 }
}

const keyringOf = (known: number): Keyring => ({
  find: async (id) => macKeys.slice(0, known).find((key) => key.id === id) ?? null,
  ids: () => macKeys.slice(0, known).map(({ id }) => id),
  newest: () => macKeys[known - 1] as DerivedKeys,
  report: async () => {},
  tell: async () => {},
  learn: async () => {},
  leave: async () => {},
  reload: async () => {},
})

const textOf = ({ sid, g, i, keyId }: Token): string => {
  const { mac } = macKeys.find(({ id }) => id === keyId) as DerivedKeys
  return deriveRefreshToken({ id: keyId, key: mac }, { sessionId: sid as SessionRow['id'], generation: g, issue: i })
}

/** What was answered, with the database's time that the last decision went by, and what operators heard. */
export type Done = { readonly answer: string; readonly now: number; readonly alerts: readonly string[] }
/** One of two nodes, and how many of the keys it knows. */
export type At = { readonly node: 0 | 1; readonly known: number }

type DriverDeps = RefreshDeps<{ readonly accounts: LockedAccounts }>
export type Bend = (deps: DriverDeps) => DriverDeps
type Both<Value> = readonly [Value, Value]

/** In words, what a model and an implementation both say of one act. */
export const wordsOf = ({ answer, alert }: Told) => ({ answer, alerts: alert === undefined ? [] : [alert] })

/**
 * What the model tells of two acts in the order that fits what was seen: the answers, each at its own time, and the rows
 * after both. Null where neither order fits.
 */
export const orderOf = (
  before: World,
  acts: Both<Act>,
  seen: { readonly done: Both<Done>; readonly known: Both<number>; readonly after: World },
): Both<Told> | null => {
  const { done, known, after } = seen
  const timed = ([0, 1] as const).map((index) => ({
    act: acts[index],
    now: done[index].now,
    rules: rulesOf(known[index]),
  }))
  const forth = tellAll(before, timed)
  const back = tellAll(before, timed.toReversed())
  const orders = [
    { world: forth.world, told: forth.told as Both<Told> },
    { world: back.world, told: back.told.toReversed() as unknown as Both<Told> },
  ]
  const heard = JSON.stringify(done.map(({ answer, alerts }) => ({ answer, alerts })))
  const fits = orders.find(({ world, told }) => heard === JSON.stringify(told.map(wordsOf)) && isSame(world, after))
  return fits?.told ?? null
}

export type Driver = Awaited<ReturnType<typeof openDriver>>

export const openDriver = async (kind: Place['kind']) => {
  const rig = await openRig(kind)
  const nodes: readonly [Database, Database] = [rig.database, rig.second()]
  let userId = rig.userId

  const depsOf = (at: At, heard: { now: number; alerts: string[] }, gate: () => Promise<void>): DriverDeps => {
    const database = nodes[at.node]
    const warn: Log['warn'] = (fields) => void heard.alerts.push((fields as { event: string }).event)
    const find: SessionStore['find'] = async (id) => {
      const found = await database.sessions.find(id)
      heard.now = found.now
      await gate()
      return found
    }
    return {
      ...rig.deps,
      ...database,
      policy,
      keyring: keyringOf(at.known),
      log: { ...rig.deps.log, warn },
      sessions: { ...database.sessions, find },
    }
  }

  /** `gate`: passed after each reading of the row. `bend`: what the act is given instead of working stores. */
  const perform = async (
    act: Act,
    at: At,
    { gate = async () => {}, bend = (deps) => deps }: { gate?: () => Promise<void>; bend?: Bend } = {},
  ): Promise<Done> => {
    const heard = { now: await rig.now(), alerts: [] as string[] }
    const deps = bend(depsOf(at, heard, gate))
    return { answer: await answerOf(act, deps, heard.now), ...heard }
  }

  const answerOf = async (act: Act, deps: DriverDeps, now: number): Promise<string> => {
    const ends = { reason: 'signed_out', now, context } as const
    switch (act.kind) {
      case 'refresh':
      case 'ack': {
        const presentation = await readPresentation(deps.keyring, [textOf(act.token)])
        if (presentation.kind === 'unknown_key') return 'unavailable'
        if (presentation.kind !== 'genuine') return presentation.kind
        const [token] = presentation.tokens
        const own = fingerprintOf(token.token)
        const settled = act.settled ? own : undefined
        if (act.kind === 'ack') {
          const acked = await acknowledge(deps, { token, settled, context })
          return acked.ok ? 'noted' : refusalOf(acked)
        }
        const retry = act.retry ? own : undefined
        return refresh(deps, { token, retry, settled, context }).then(wordsIn, unknownKey)
      }
      case 'cookie': {
        const { sid, g, i } = act.token
        await createConfirm(deps)({ id: sid } as SessionRow, { generation: g, issue: i })
        return ''
      }
      case 'sign-out':
        await revokeSessions(deps, [act.sid as SessionRow['id']], ends)
        return ''
      case 'sign-out everywhere':
        await revokeUser(deps, userId, ends)
        return ''
      case 'sign-in': {
        const presentation = await readPresentation(deps.keyring, act.held.map(textOf))
        const held = presentation.kind === 'genuine' ? presentation.tokens.map(({ sessionId }) => sessionId) : []
        const begun = await deps.transact((stores) =>
          beginSession(deps, stores, { userId, now, context, ends: held, boundKey: null }),
        )
        return begun.session.id
      }
      case 'elevation': {
        const replaces = act.of as SessionRow['id']
        const session = newSession(policy, { userId, keyId: deps.keyring.newest().id, now, origin: context, replaces })
        await deps.sessions.insert(session)
        return session.id
      }
      default:
        return act satisfies never
    }
  }

  return {
    kind,
    perform,
    /** Two acts on two connections: each has read the row before either writes. */
    performBoth: async (acts: readonly [Act, Act], at: readonly [At, At]): Promise<readonly [Done, Done]> => {
      const reads = ({ kind }: Act) => ['refresh', 'ack', 'cookie'].includes(kind)
      const gate = meeting(acts.filter(reads).length)
      // Who is refused unread has come as well.
      const one = (act: Act, where: At) =>
        perform(act, where, { gate }).finally(() => (reads(act) ? void gate() : undefined))
      return Promise.all([one(acts[0], at[0]), one(acts[1], at[1])])
    },
    /** The sessions of these ids as they are in the store, as far as the protocol speaks of them. */
    world: async (ids: readonly string[]): Promise<World> => {
      const { sessions } = await nodes[0].sessions.findMany(ids as SessionRow['id'][])
      return new Map(sessions.map((row) => [row.id, sessionOf(row)]))
    },
    /** Puts a session into the store in any state. */
    insert: async (changes: Partial<SessionRow>): Promise<Session> =>
      sessionOf(await rig.insert({ keyId: macKeys[0]?.id as string, ...changes })),
    /** A failover to a replica that had not heard of the latest commits. Revocations are never among them. */
    putBack: async (sessions: Iterable<Session>) => {
      for (const { id, expiresAt: _, revokedAt: __, revokedReason: ___, ...then } of sessions) {
        const row = await rig.read(id as SessionRow['id'])
        const earlier = { ...then, replaces: then.replaces as SessionRow['id'] | null }
        if (!(await nodes[0].sessions.change(row, earlier, row.lastUsedAt))) throw new Error('the row was not put back')
      }
    },
    /** Somebody whose sessions nobody has touched yet. */
    newUser: async () => {
      const account = sampleAccount()
      await nodes[0].accounts.insert(account)
      userId = account.id
    },
    now: rig.now,
    move: rig.move,
    close: rig.close,
  }
}

/** Opens when so many have come; after that it stays open. */
const meeting = (count: number) => {
  let arrived = 0
  let open = () => {}
  const all = new Promise<void>((resolve) => {
    open = resolve
  })
  return async () => {
    arrived += 1
    if (arrived >= count) open()
    await all
  }
}

const sessionOf = (row: SessionRow): Session => {
  const { id, replaces, generation, issue, winner, previousWinner, rotatedAt, issuedAt, durable, keyId } = row
  const { idleExpiresAt, expiresAt, revokedAt, revokedReason } = row
  const ends = { idleExpiresAt, expiresAt, revokedAt, revokedReason }
  return { id, replaces, generation, issue, winner, previousWinner, rotatedAt, issuedAt, durable, keyId, ...ends }
}

const refusalOf = (refused: { readonly error: string; readonly reason?: string }): string =>
  refused.error === 'stale_token' ? 'stale' : `ended ${refused.reason}`

/** A node that lacks the session's key can't answer for now. A store that fails is another matter. */
const unknownKey = (error: unknown): string => {
  if (error instanceof UnavailableError && !(error instanceof StoreUnavailableError)) return 'unavailable'
  throw error
}

const wordsIn = (refreshed: Awaited<ReturnType<typeof refresh>>): string => {
  if (!refreshed.ok) return refusalOf(refreshed)
  // The rig's access tokens say what is in them.
  const [ag, ai, end] = refreshed.access.accessToken.split('.')
  const access = `access ${ag}.${ai} until ${Math.floor(Number(end) / 1000)}`
  const [, keyId, , g, i] = refreshed.refresh?.refreshToken.split('.') ?? []
  return keyId === undefined ? access : `cookie ${g}.${i} of ${keyId}, ${access}`
}

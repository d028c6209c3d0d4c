// Two requests at once: whatever they are, the outcome is that of one after the other (PROTOCOL.md, "What tests must cover", 1 and 7).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { places } from '../stores/samples.suite.ts'
import { acknowledge } from './acknowledge.ts'
import { readAckTable, readTable } from './protocol-table.suite.ts'
import { type RefreshDeps, refresh } from './refresh.ts'
import { fingerprintOf } from './refresh-token.ts'
import { revokeSessions } from './revoke.ts'
import { context, key, openRig, type Rig } from './rig.suite.ts'
import { samplePolicy } from './session-samples.suite.ts'
import type { SessionRow, SessionStore } from './store.ts'

type Request =
  | {
      readonly kind: 'refresh' | 'ack'
      readonly p: number
      readonly q: number
      readonly retry?: boolean
      readonly settled?: boolean
    }
  | { readonly kind: 'sign-out' }

/** What can be seen of an outcome, and of the row after it, whatever the exact times. */
type Outcome = string
const core = (
  s: Pick<SessionRow, 'generation' | 'issue' | 'winner' | 'previousWinner' | 'durable' | 'revokedReason'>,
) => [s.generation, s.issue, s.winner, s.previousWinner, s.durable, s.revokedReason].join(' ')

const { replayMs: G, burstMs: W, rotationMs: R, siblings: N } = samplePolicy.protocol
const constants = { G, W, R, N, idle: samplePolicy.idleSeconds * 1000, newestKeyId: key.id }

/** The tables, one request after the other. */
const serially = (
  first: SessionRow,
  requests: readonly Request[],
  now: number,
): readonly [readonly Outcome[], string] => {
  let s = first
  const outcomes = requests.map((request): Outcome => {
    if (s.revokedAt !== null) return request.kind === 'sign-out' ? 'done' : `ended ${s.revokedReason}`
    if (request.kind === 'sign-out') {
      s = { ...s, revokedAt: now, revokedReason: 'signed_out' }
      return 'done'
    }
    const { p, q, retry = false, settled = false } = request
    if (request.kind === 'ack') {
      const { answer, after } = readAckTable(s, { p, q, settled })
      s = { ...s, ...after }
      return answer
    }
    const { answer, token, after } = readTable(s, { p, q, keyId: key.id, retry, settled }, now, constants)
    s = { ...s, ...after }
    return answer === 'reuse' ? 'ended reuse' : token ? `cookie ${token.g}.${token.i}` : answer
  })
  return [outcomes, core(s)]
}

const act = async (rig: Rig, deps: RefreshDeps, session: SessionRow, request: Request): Promise<Outcome> => {
  if (request.kind === 'sign-out') {
    await revokeSessions(deps, [session.id], { reason: 'signed_out', now: await rig.now(), context })
    return 'done'
  }
  const token = rig.token(session, { generation: request.p, issue: request.q })
  const own = fingerprintOf(token.token)
  const settled = request.settled ? own : undefined
  if (request.kind === 'ack') {
    const acked = await acknowledge(deps, { token, settled, context })
    return acked.ok ? 'noted' : refusalOf(acked)
  }
  const refreshed = await refresh(deps, { token, retry: request.retry ? own : undefined, settled, context })
  if (!refreshed.ok) return refusalOf(refreshed)
  const [, , , g, i] = refreshed.refresh?.refreshToken.split('.') ?? []
  return g === undefined ? 'access' : `cookie ${g}.${i}`
}

/** Both read the row before either writes: nothing but the conditional write keeps them apart. */
const meeting = (deps: RefreshDeps, count: number): RefreshDeps => {
  let arrived = 0
  let open = () => {}
  const all = new Promise<void>((resolve) => {
    open = resolve
  })
  const find: SessionStore['find'] = async (id) => {
    const found = await deps.sessions.find(id)
    arrived += 1
    if (arrived >= count) open()
    await all
    return found
  }
  return { ...deps, sessions: { ...deps.sessions, find } }
}

const states: readonly [string, Partial<SessionRow> & { readonly age?: number }][] = [
  ['confirmed and durable, a minute old', { age: 90_000 }],
  ['confirmed and durable, fresh', { age: 1_000 }],
  ['just rotated', { winner: null, durable: false, age: 1_000 }],
  ['rotated half a minute ago', { winner: null, durable: false, age: 30_000 }],
  ['rotated, with a sibling', { winner: null, durable: false, issue: 1, age: 30_000 }],
  ['rotated, the last sibling', { winner: null, durable: false, issue: N, age: 30_000 }],
  ['confirmed, not durable', { winner: 0, durable: false, issue: 1, age: 30_000 }],
  ['the sibling confirmed, not durable', { winner: 1, durable: false, issue: 1, age: 90_000 }],
  ['unconfirmed, an hour old', { winner: null, durable: false, issue: 1, age: 3_700_000 }],
  ['previous winner unknown', { winner: 0, previousWinner: null, durable: false, age: 30_000 }],
]

const requests: readonly Request[] = [
  { kind: 'refresh', p: 3, q: 0 },
  { kind: 'refresh', p: 3, q: 0, settled: true },
  { kind: 'refresh', p: 3, q: 1 },
  { kind: 'refresh', p: 2, q: 0 },
  { kind: 'refresh', p: 2, q: 0, retry: true },
  { kind: 'refresh', p: 2, q: 1 },
  { kind: 'refresh', p: 1, q: 0, retry: true },
  { kind: 'refresh', p: 4, q: 0 },
  { kind: 'ack', p: 3, q: 0 },
  { kind: 'ack', p: 3, q: 1, settled: true },
  { kind: 'ack', p: 3, q: 0, settled: true },
  { kind: 'sign-out' },
]

describe.each(places.map(([kind]) => kind))('on %s', (kind) => {
  let rig: Rig
  beforeAll(async () => {
    rig = await openRig(kind)
  })
  afterAll(() => rig?.close())

  const check = async (state: (typeof states)[number][1], pair: readonly [Request, Request]) => {
    const session = await rig.insert(state)
    const waiting = pair.filter((request) => request.kind !== 'sign-out').length
    const deps = meeting(rig.deps, waiting)
    const outcomes = await Promise.all(pair.map((request) => act(rig, deps, session, request)))
    const seen = [outcomes, core(await rig.read(session.id))]
    const now = await rig.now()
    const [one, two] = pair
    const forth = serially(session, [one, two], now)
    const [backOutcomes, backCore] = serially(session, [two, one], now)
    const back = [backOutcomes.toReversed(), backCore]
    const fits = [forth, back].some((order) => JSON.stringify(order) === JSON.stringify(seen))
    if (!fits) expect({ pair, seen }).toEqual({ pair, seen: forth })
  }

  test.each(states)('I1 I10 every pair of requests at once on a session that is %s', async (_, state) => {
    for (const [index, one] of requests.entries())
      for (const two of requests.slice(index)) await check(state, [one, two])
  })
})

const refusalOf = (refused: { readonly error: string; readonly reason?: string }): string =>
  refused.error === 'stale_token' ? 'stale' : `ended ${refused.reason}`

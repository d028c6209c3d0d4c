// Every state of a small session, every token that can be presented, every edge of every window: the implementation
// against a second reading of the tables.
import { expect, test } from 'vitest'
import type { SessionPolicy } from './policy.ts'
import { type Asked, readAckTable, readTable } from './protocol-table.suite.ts'
import { type Decision, decide, decideAck, type SessionState } from './rotation.ts'
import { now, samplePolicy, sampleState } from './session-samples.suite.ts'

const siblings = 2
const policy = { ...samplePolicy, protocol: { ...samplePolicy.protocol, siblings } }
const { replayMs: G, burstMs: W, rotationMs: R } = policy.protocol
const hour = 3_600_000

const constantsOf = ({ idleSeconds }: SessionPolicy) => ({
  G,
  W,
  R,
  N: siblings,
  idle: idleSeconds * 1000,
  newestKeyId: policy.newestKeyId,
})

const upTo = (last: number) => Array.from({ length: last + 1 }, (_, index) => index)
const flags = [false, true]

/** A clock that went back (failover to a database whose clock is behind) is among them. */
const ages = [-1, 0, W, W + 1, R - 1, R, hour - 1, hour]
const times = ages.flatMap((issuedAge) =>
  [...new Set([issuedAge, W, W + 1, G, G + 1, hour])]
    .filter((rotatedAge) => rotatedAge >= issuedAge)
    .map((rotatedAge) => ({ issuedAt: now - issuedAge, rotatedAt: now - rotatedAge })),
)

function* states(): Generator<SessionState> {
  for (const generation of upTo(3))
    for (const issue of upTo(siblings))
      for (const winner of [null, ...upTo(issue)])
        for (const previousWinner of generation === 0 ? [null] : [null, 0, 1])
          for (const durable of flags)
            for (const time of times) yield sampleState({ generation, issue, winner, previousWinner, durable, ...time })
}

function* tokens(s: SessionState): Generator<Asked> {
  for (const p of upTo(s.generation + 2))
    for (const q of upTo(siblings + 1))
      for (const retry of flags) for (const settled of flags) yield { p, q, keyId: 'presented', retry, settled }
}

const presentedOf = ({ p, q, ...rest }: Asked) => ({ generation: p, issue: q, ...rest })

/** The decision in the words of the second reading. */
const told = (s: SessionState, decision: Decision) => {
  if (decision.action === 'ended') return decision
  const { row } = decision
  if (decision.action === 'stale') return { row, answer: 'stale', after: s }
  if (decision.action === 'revoke')
    return { row, answer: 'reuse', after: { ...s, revokedAt: now, revokedReason: 'reuse' } }
  return {
    row,
    answer: decision.action === 'access' ? 'access' : 'cookie',
    ...(decision.action === 'issue'
      ? { token: { g: decision.generation, i: decision.issue, keyId: decision.keyId } }
      : {}),
    ...(decision.alert === null ? {} : { alert: decision.alert }),
    after: { ...s, ...decision.change },
  }
}

/** Without JSON for each of the half million cases: only what differs is printed. */
const equal = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  for (const key in left) if (!equal(left[key], right[key])) return false
  for (const key in right) if (!(key in left)) return false
  return true
}

test('PROTOCOL 1 TOK-3 PROTOCOL rows 1 to 10: every small state, token, retry, settled and window edge is decided as the table says', () => {
  const rows = new Map<number, number>()
  const wrong: string[] = []
  const constants = constantsOf(policy)
  for (const s of states())
    for (const a of tokens(s)) {
      const expected = readTable(s, a, now, constants)
      const actual = told(s, decide(s, presentedOf(a), now, policy))
      rows.set(expected.row, (rows.get(expected.row) ?? 0) + 1)
      if (!equal(actual, expected) && wrong.length < 3) wrong.push(JSON.stringify({ s, a, actual, expected }, null, 1))
    }
  expect(wrong).toEqual([])
  expect([...rows.keys()].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(Math.min(...rows.values())).toBeGreaterThan(500)
})

test('TOK-3 PROTOCOL row 2: where the idle life is short, a quarter of it is what makes a token durable', () => {
  const short = { ...policy, idleSeconds: 2 * 3600 }
  const quarter = 1_800_000
  for (const age of [quarter - 1, quarter, quarter + 1]) {
    const s = sampleState({ durable: false, issuedAt: now - age, rotatedAt: now - age, idleExpiresAt: now + hour })
    const a = { p: 3, q: 0, keyId: 'presented', retry: false, settled: false }
    const decision = decide(s, presentedOf(a), now, short)
    expect(told(s, decision)).toEqual(readTable(s, a, now, constantsOf(short)))
    expect(decision.action).toBe(age < quarter ? 'access' : 'issue')
  }
})

test('PROTOCOL 1 PROTOCOL ack table: every small state, token and settled is decided as the table says', () => {
  const answers = new Map<string, number>()
  for (const s of states())
    for (const a of tokens(s)) {
      if (a.retry) continue
      const expected = readAckTable(s, a)
      const decision = decideAck(s, presentedOf(a), now)
      const change = decision.action === 'noted' ? decision.change : null
      if (decision.action !== expected.answer || !equal({ ...s, ...change }, expected.after))
        expect({ s, a, decision }).toEqual(expected)
      answers.set(expected.answer, (answers.get(expected.answer) ?? 0) + 1)
    }
  expect([...answers.keys()].sort()).toEqual(['noted', 'stale'])
})

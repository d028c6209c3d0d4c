import { describe, expect, test } from 'vitest'
import { decide, decideAck, sessionEnd } from './rotation.ts'
import { now, samplePolicy, samplePresented, sampleState } from './session-samples.suite.ts'

const { replayMs: G, burstMs: W, rotationMs: R, siblings: N } = samplePolicy.protocol
const hour = 3_600_000

const asked = (state: Parameters<typeof sampleState>[0], presented: Parameters<typeof samplePresented>[0] = {}) =>
  decide(sampleState(state), samplePresented(presented), now, samplePolicy)

/** Generation 4 begun so long ago, its token not yet heard of; presented is the token of generation 3. */
const rotated = (ago: number, state: Parameters<typeof sampleState>[0] = {}) => ({
  generation: 4,
  winner: null,
  durable: false,
  rotatedAt: now - ago,
  issuedAt: now - ago,
  ...state,
})

describe('the ends', () => {
  test('S-34 idle and absolute end include their own moment', () => {
    const alive = sampleState({ idleExpiresAt: now + 1, expiresAt: now + 1 })
    expect(sessionEnd(alive, now)).toBeNull()
    expect(sessionEnd(alive, now + 1)).toBe('expired')
    expect(sessionEnd(sampleState({ idleExpiresAt: now }), now)).toBe('idle')
    expect(sessionEnd(sampleState({ expiresAt: now, idleExpiresAt: now + 1 }), now)).toBe('expired')
  })

  test.each([
    ['revoked', { revokedAt: now - 1, revokedReason: 'signed_out' as const }, 'signed_out'],
    ['revoked for no known reason', { revokedAt: now - 1 }, 'unknown'],
    ['idle', { idleExpiresAt: now }, 'idle'],
    ['expired', { expiresAt: now }, 'expired'],
    [
      'revoked and idle: the first reason stays',
      { revokedAt: now - hour, revokedReason: 'reuse' as const, idleExpiresAt: now },
      'reuse',
    ],
  ])('I1 a session that is %s answers nothing else, whatever is presented', (_, state, reason) => {
    for (const generation of [0, 2, 3, 4])
      for (const issue of [0, 1])
        for (const retry of [false, true]) {
          const presented = samplePresented({ generation, issue, retry, settled: true })
          expect(decide(sampleState(state), presented, now, samplePolicy)).toEqual({ action: 'ended', reason })
          expect(decideAck(sampleState(state), presented, now)).toEqual({ action: 'ended', reason })
        }
  })
})

describe('the current token', () => {
  test('PROTOCOL row 1: the first refresh with a token proves that it arrived', () => {
    const state = { winner: null, durable: false, issuedAt: now - 1000, issue: 2 }
    expect(asked(state, { issue: 1 })).toEqual({ action: 'access', row: 1, change: { winner: 1 }, alert: null })
  })

  test('PROTOCOL row 1: one request confirms, marks durable and rotates', () => {
    expect(asked({ winner: null, durable: false }, { settled: true })).toMatchObject({
      action: 'issue',
      row: 1,
      generation: 4,
      issue: 0,
      change: { previousWinner: 0, generation: 4, issue: 0, winner: null, durable: false, rotatedAt: now },
    })
  })

  test('PROTOCOL row 1: issue stays where it is when an earlier sibling wins', () => {
    const decision = asked({ winner: null, durable: false, issue: 2, issuedAt: now - 1000 }, { issue: 0 })
    expect(decision).toEqual({ action: 'access', row: 1, change: { winner: 0 }, alert: null })
  })

  test('TOK-3 PROTOCOL row 2: rotates once a minute at most, and the minute includes its end', () => {
    for (const [age, action] of [
      [0, 'access'],
      [R - 1, 'access'],
      [R, 'issue'],
      [R + 1, 'issue'],
    ] as const)
      expect(asked({ issuedAt: now - age, rotatedAt: now - age })).toMatchObject({ action, row: 2 })
  })

  test('PROTOCOL row 2: the minute counts from the latest issue, not from the rotation', () => {
    expect(asked({ rotatedAt: now - hour, issuedAt: now - R + 1 })).toMatchObject({ action: 'access', change: null })
  })

  test('PROTOCOL row 2: rotates only from a token that is on the disk', () => {
    expect(asked({ durable: false })).toEqual({ action: 'access', row: 2, change: null, alert: null })
    expect(asked({ durable: false }, { settled: true })).toMatchObject({ action: 'issue' })
  })

  test('PROTOCOL row 2: settled within the minute is kept, and nothing rotates', () => {
    expect(asked({ durable: false, issuedAt: now - R + 1 }, { settled: true })).toEqual({
      action: 'access',
      row: 2,
      change: { durable: true },
      alert: null,
    })
  })

  test('PROTOCOL row 2: an hour after the issue a token is durable without a word', () => {
    const at = (age: number) => asked({ durable: false, issuedAt: now - age, rotatedAt: now - age })
    expect(at(hour - 1)).toMatchObject({ action: 'access', change: null })
    expect(at(hour)).toMatchObject({ action: 'issue' })
  })

  test('TOK-9 PROTOCOL row 2: a new generation is made with the newest key', () => {
    expect(asked({})).toMatchObject({ keyId: 'newest', change: { keyId: 'newest' } })
  })

  test('TOK-2 S-68 a rotation moves idle, never past the absolute end', () => {
    expect(asked({})).toMatchObject({ change: { idleExpiresAt: now + 7 * 24 * hour } })
    expect(asked({ expiresAt: now + hour })).toMatchObject({ change: { idleExpiresAt: now + hour } })
    expect(asked({})).not.toHaveProperty('change.expiresAt')
  })

  test('PROTOCOL row 4: a sibling that lost is a fork', () => {
    for (const [winner, issue] of [
      [0, 1],
      [1, 0],
      [2, 1],
    ] as const)
      expect(asked({ winner, issue: 2 }, { issue })).toEqual({ action: 'revoke', row: 4 })
  })
})

describe('a token ahead of the row', () => {
  test.each([
    ['a rotation was lost', { generation: 4, issue: 0 }],
    ['two rotations and a sibling were lost', { generation: 5, issue: 1 }],
    ['a sibling was lost', { generation: 3, issue: 1 }],
  ])('PROTOCOL row 3: %s: fast-forward, no refresh cookie, an alert', (_, presented) => {
    expect(asked({}, presented)).toEqual({
      action: 'access',
      row: 3,
      change: {
        ...presented,
        winner: presented.issue,
        previousWinner: null,
        durable: false,
        keyId: 'presented',
        rotatedAt: now,
        issuedAt: now,
        idleExpiresAt: now + 7 * 24 * hour,
      },
      alert: 'commits_lost',
    })
  })

  test('PROTOCOL row 3: after it an unknown previous winner matches every token of the generation before', () => {
    const state = { previousWinner: null, winner: 0, durable: false }
    for (const issue of [0, 1, 7]) expect(asked(state, { generation: 2, issue })).toEqual({ action: 'stale', row: 7 })
    expect(asked({ ...state, winner: null }, { generation: 2, issue: 7 })).toMatchObject({ action: 'issue', row: 6 })
  })
})

describe('the token of the generation before', () => {
  test('PROTOCOL row 5: within G of the rotation the same answer again, and nothing changes', () => {
    for (const ago of [0, 1, G])
      expect(asked(rotated(ago))).toEqual({
        action: 'issue',
        row: 5,
        generation: 4,
        issue: 0,
        keyId: 'its-own',
        change: null,
        alert: null,
      })
    expect(asked(rotated(G + 1))).toMatchObject({ row: 6 })
  })

  test('PROTOCOL row 5: within W of a sibling a burst gets that sibling', () => {
    const at = (ago: number) => asked(rotated(hour, { issue: 2, issuedAt: now - ago }))
    for (const ago of [0, W]) expect(at(ago)).toMatchObject({ row: 5, issue: 2, change: null })
    expect(at(W + 1)).toMatchObject({ row: 6, issue: 3 })
  })

  test('PROTOCOL row 5: a database whose clock went back replays instead of counting a sibling', () => {
    expect(asked(rotated(-5000))).toMatchObject({ row: 5 })
  })

  test('PROTOCOL row 6: after G a sibling; from the third an alert; one more than N is a fork', () => {
    for (const issue of [0, 1, 2, N - 1])
      expect(asked(rotated(G + 1, { issue }))).toEqual({
        action: 'issue',
        row: 6,
        generation: 4,
        issue: issue + 1,
        keyId: 'its-own',
        change: { issue: issue + 1, issuedAt: now },
        alert: issue + 1 >= 3 ? 'many_siblings' : null,
      })
    expect(asked(rotated(G + 1, { issue: N }))).toEqual({ action: 'revoke', row: 6 })
  })

  test('PROTOCOL row 7: once the new token has arrived the old one gets nothing; with a right retry a sibling, and the proof is void', () => {
    const state = rotated(1000, { winner: 0 })
    expect(asked(state)).toEqual({ action: 'stale', row: 7 })
    expect(asked(state, { retry: true })).toMatchObject({
      action: 'issue',
      row: 7,
      issue: 1,
      change: { issue: 1, issuedAt: now, winner: null },
    })
    expect(asked(rotated(1000, { winner: 0, issue: N }), { retry: true })).toEqual({ action: 'revoke', row: 7 })
  })

  test('PROTOCOL row 8: once it is durable a right retry is a fork', () => {
    const state = rotated(1000, { winner: 0, durable: true })
    expect(asked(state)).toEqual({ action: 'stale', row: 8 })
    expect(asked(state, { retry: true })).toEqual({ action: 'revoke', row: 8 })
  })

  test('PROTOCOL row 9: a token of the generation before that did not win is a fork, within G too', () => {
    for (const state of [
      rotated(0),
      rotated(hour),
      rotated(0, { winner: 0 }),
      rotated(0, { winner: 0, durable: true }),
    ])
      for (const retry of [false, true])
        expect(asked({ ...state, previousWinner: 1 }, { issue: 0, retry })).toEqual({ action: 'revoke', row: 9 })
  })

  test('PROTOCOL row 10: an older token gets nothing; with a right retry it is a fork', () => {
    for (const generation of [0, 1]) {
      expect(asked({}, { generation })).toEqual({ action: 'stale', row: 10 })
      expect(asked({}, { generation, retry: true })).toEqual({ action: 'revoke', row: 10 })
    }
  })
})

describe('ack', () => {
  const acked = (state: Parameters<typeof sampleState>[0], presented: Parameters<typeof samplePresented>[0] = {}) =>
    decideAck(sampleState(state), samplePresented(presented), now)

  test('PROTOCOL ack: confirms the latest token, and with a right settled marks it durable', () => {
    const state = { winner: null, durable: false, issue: 1 }
    expect(acked(state, { issue: 1 })).toEqual({ action: 'noted', change: { winner: 1 } })
    expect(acked(state, { issue: 1, settled: true })).toEqual({ action: 'noted', change: { winner: 1, durable: true } })
  })

  test('PROTOCOL ack: a second one without news changes nothing', () => {
    expect(acked({ durable: false })).toEqual({ action: 'noted', change: null })
    expect(acked({}, { settled: true })).toEqual({ action: 'noted', change: null })
    expect(acked({ durable: false }, { settled: true })).toEqual({ action: 'noted', change: { durable: true } })
  })

  test('PROTOCOL ack: an earlier sibling does not confirm by ack; refresh decides', () => {
    expect(acked({ winner: null, issue: 1 }, { issue: 0 })).toEqual({ action: 'stale' })
  })

  test.each([
    ['of the generation before', { generation: 2 }],
    ['ahead of the row', { generation: 4 }],
    ['ahead of the issue', { issue: 1 }],
    ['an old one', { generation: 0 }],
  ])('I9 PROTOCOL ack: %s is stale and changes nothing, settled or not', (_, presented) => {
    for (const settled of [false, true])
      for (const winner of [null, 0]) expect(acked({ winner }, { ...presented, settled })).toEqual({ action: 'stale' })
  })
})

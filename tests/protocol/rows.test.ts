// The refresh and ack tables of PROTOCOL.md over HTTP, with the cookies they set and those they don't.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defaultProtocol } from '../../engine/src/sessions/policy.ts'
import { type Asked, readAckTable, readTable, type Told } from '../../engine/src/sessions/protocol-table.suite.ts'
import type { SessionRow } from '../../engine/src/sessions/store.ts'
import { storeKinds } from '../support/site.ts'
import type { Reply } from '../support/visitor.ts'
import {
  claimsOf,
  cookiesOf,
  type Desk,
  day,
  type Held,
  hour,
  newestKey,
  olderKey,
  openDesk,
  type State,
} from './desk.ts'

const { replayMs: G, burstMs: W, rotationMs: R, siblings: N } = defaultProtocol
const constants = { G, W, R, N, idle: 7 * day, newestKeyId: newestKey.id }

type Case = { readonly state: State; readonly asked: Asked }

function* cases(): Generator<Case> {
  const times = [
    [1_000, 1_000],
    [1_000, 2 * hour],
    [10_000, 10_000],
    [30_000, 30_000],
    [90_000, 90_000],
    [2 * hour, 2 * hour],
  ] as const
  const issues = [
    [0, null],
    [0, 0],
    [1, null],
    [1, 0],
    [1, 1],
    [2, null],
    [N, null],
    [N, 3],
  ] as const
  for (const [issue, winner] of issues)
    for (const previousWinner of [0, 1, null])
      for (const durable of winner === null ? [false] : [false, true])
        for (const [age, rotatedAge] of times)
          for (const p of [1, 2, 3, 4])
            for (const q of [0, 1, 2, 3])
              for (const retry of [false, true])
                for (const settled of [false, true])
                  yield {
                    state: { issue, winner, previousWinner, durable, age, rotatedAge },
                    asked: { p, q, keyId: newestKey.id, retry, settled },
                  }
}

/** A few of each kind, always the same. */
const someOfEach = <Value>(all: Iterable<Value>, kindOf: (value: Value) => string, count: number): Value[] => {
  const groups = Map.groupBy(all, kindOf)
  return [...groups.values()].flatMap((group) =>
    Array.from(
      { length: Math.min(count, group.length) },
      (_, index) => group[Math.floor((index * group.length) / count)] as Value,
    ),
  )
}

const stateAt = (state: State, now: number) =>
  ({
    generation: 3,
    rotatedAt: now - (state.rotatedAge ?? 0),
    issuedAt: now - (state.age ?? 0),
    idleExpiresAt: now + 7 * day - (state.rotatedAge ?? 0),
    expiresAt: now + 20 * day,
    keyId: newestKey.id,
    revokedAt: null,
    revokedReason: null,
    ...state,
  }) as SessionRow

const refreshCases = someOfEach(
  cases(),
  ({ state, asked }) => {
    const { row, answer, token } = readTable(stateAt(state, 0), asked, 0, constants)
    return [row, answer, token?.g, asked.retry, asked.settled, state.durable, state.previousWinner === null].join(' ')
  },
  2,
)

const ackCases = someOfEach(
  cases(),
  ({ state, asked }) =>
    [readAckTable(stateAt(state, 0), asked).answer, asked.p, asked.settled, state.durable, state.winner === null].join(
      ' ',
    ),
  2,
).filter(({ asked }) => !asked.retry)

const nearly = (actual: number, expected: number) => Math.abs(actual - expected) < 5_000

/** The row as the table says, its times to within a few seconds; what no action touches, to the letter. */
const expectRow = (actual: SessionRow, before: SessionRow, after: Told['after']) => {
  const { rotatedAt, issuedAt, idleExpiresAt, revokedAt, lastUsedAt, ...rest } = actual
  for (const [name, value] of Object.entries({ rotatedAt, issuedAt, idleExpiresAt })) {
    const field = name as 'rotatedAt' | 'issuedAt' | 'idleExpiresAt'
    if (after[field] === before[field]) expect([name, value]).toEqual([name, before[field]])
    else expect(nearly(value, after[field]), name).toBe(true)
  }
  expect(revokedAt !== null).toBe(after.revokedAt !== null)
  const {
    rotatedAt: _r,
    issuedAt: _i,
    idleExpiresAt: _e,
    revokedAt: _v,
    lastUsedAt: _l,
    ...expected
  } = { ...before, ...after }
  expect(rest).toEqual(expected)
}

const expectAnswer = (reply: Reply, told: Told, held: Held, asked: Asked) => {
  const presented = held.fingerprint(asked.p, asked.q)
  const cookies = cookiesOf(reply)
  if (told.answer === 'stale' || told.answer === 'reuse') {
    const code = told.answer === 'stale' ? 'stale_token' : 'session_ended'
    expect(reply.status).toBe(told.answer === 'stale' ? 409 : 401)
    expect(reply.body).toMatchObject({ code, fingerprint: presented })
    expect(reply.body.reason).toBe(told.answer === 'stale' ? undefined : 'reuse')
    expect(reply.setCookies).toEqual([])
    return
  }
  expect(reply.status).toBe(200)
  const { token } = told
  expect(reply.body).toEqual({
    expiresIn: cookies.access?.maxAge,
    rotated: token !== undefined,
    fingerprint: token ? held.fingerprint(token.g, token.i) : presented,
  })
  expect(Object.keys(cookies).sort()).toEqual(token ? ['access', 'csrf', 'hint', 'refresh'] : ['access'])
  if (token) expect(cookies.refresh?.value).toBe(held.token(token.g, token.i))
  const claims = claimsOf(cookies.access?.value)
  expect([claims.gen, claims.seq]).toEqual(token ? [token.g, token.i] : [asked.p, asked.q])
  for (const { maxAge } of Object.values(cookies)) expect(maxAge).toBeGreaterThan(0)
}

describe.each(storeKinds)('on %s', (kind) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk(kind)
  })
  afterAll(() => desk?.close())

  describe.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('PROTOCOL 1 PROTOCOL row %i', (row) => {
    const own = refreshCases.filter(({ state, asked }) => readTable(stateAt(state, 0), asked, 0, constants).row === row)

    test(`TOK-3 I2 I3 I7 I9 the answer, its cookies and the session after it, for ${own.length} states and requests`, async () => {
      expect(own.length).toBeGreaterThan(2)
      for (const { state, asked } of own) {
        const held = await desk.begin(state)
        held.hold(asked.p, asked.q)
        const fingerprint = held.fingerprint(asked.p, asked.q)
        const told = readTable(held.session, asked, desk.site.now(), constants)
        const reply = await held.visitor.refresh({
          ...(asked.retry ? { retry: fingerprint } : {}),
          ...(asked.settled ? { settled: fingerprint } : {}),
        })
        expectAnswer(reply, told, held, asked)
        expectRow(await held.row(), held.session, told.after)
      }
    })
  })

  test(`PROTOCOL 1 PROTOCOL ack: 204 or 409, no cookie, and the session after it, for ${ackCases.length} states and requests`, async () => {
    for (const { state, asked } of ackCases) {
      const held = await desk.begin(state)
      held.hold(asked.p, asked.q)
      const fingerprint = held.fingerprint(asked.p, asked.q)
      const told = readAckTable(held.session, asked)
      const reply = await held.visitor.ack(asked.settled ? { settled: fingerprint } : {})
      expect(reply.setCookies).toEqual([])
      if (told.answer === 'noted') {
        expect(reply.status).toBe(204)
        expect(reply.text).toBe('')
      } else {
        expect(reply.status).toBe(409)
        expect(reply.body).toMatchObject({ code: 'stale_token', fingerprint })
      }
      expectRow(await held.row(), held.session, told.after)
    }
  })

  test('I7 every 409 says the same, whatever the state behind it', async () => {
    const shapes = new Set<string>()
    const ask = async (state: State, p: number, how: 'refresh' | 'ack') => {
      const held = await desk.begin(state)
      held.hold(p, 0)
      const reply = await held.visitor[how]()
      expect(reply.status).toBe(409)
      const { requestId, fingerprint, ...body } = reply.body
      expect(fingerprint).toBe(held.fingerprint(p, 0))
      expect(requestId).toBeTypeOf('string')
      const headers = [...reply.headers].filter(
        ([name]) => !['x-request-id', 'ratelimit', 'ratelimit-policy'].includes(name),
      )
      shapes.add(JSON.stringify([body, headers]))
    }
    await ask({ durable: false, age: 1_000 }, 2, 'refresh')
    await ask({ durable: true }, 2, 'refresh')
    await ask({}, 1, 'refresh')
    await ask({ generation: 500, winner: null }, 1, 'refresh')
    await ask({}, 2, 'ack')
    await ask({ winner: null }, 1, 'ack')
    expect(shapes.size).toBe(1)
  })

  test('TOK-9 PROTOCOL row 2: a session of an older key is renewed, and rotates onto the newest', async () => {
    const held = await desk.begin({ keyId: olderKey.id })
    held.hold(3, 0, olderKey)
    const reply = await held.visitor.refresh()
    expect(cookiesOf(reply).refresh?.value).toBe(held.token(4, 0, newestKey))
    expect(await held.row()).toMatchObject({ generation: 4, keyId: newestKey.id })
  })

  test('TOK-9 PROTOCOL rows 5 and 6: a replay and a sibling are made with the key of the generation', async () => {
    for (const [age, issue] of [
      [1_000, 0],
      [30_000, 1],
    ] as const) {
      const held = await desk.begin({ keyId: olderKey.id, winner: null, durable: false, age })
      held.hold(2, 0, olderKey)
      expect(cookiesOf(await held.visitor.refresh()).refresh?.value).toBe(held.token(3, issue, olderKey))
      expect(await held.row()).toMatchObject({ issue, keyId: olderKey.id })
    }
  })

  test('TOK-9 PROTOCOL row 3: fast-forward keeps the key of the token', async () => {
    const held = await desk.begin()
    held.hold(5, 0, olderKey)
    expect((await held.visitor.refresh()).status).toBe(200)
    expect(await held.row()).toMatchObject({ generation: 5, winner: 0, previousWinner: null, keyId: olderKey.id })
    expect(desk.site.log).toContainEqual(
      expect.objectContaining({ level: 'warn', fields: expect.objectContaining({ event: 'commits_lost' }) }),
    )
    expect(await desk.database.audit.list({ limit: 1, action: 'session:commits-lost' })).toMatchObject([
      { resourceId: held.session.id, details: { row: 3, generation: 3, presented: 5 } },
    ])
  })

  describe('before the table', () => {
    test('no refresh cookie: 401 unauthenticated, an empty fingerprint', async () => {
      for (const how of ['refresh', 'ack'] as const) {
        const reply = await desk.site.visitor()[how]()
        expect(reply.status).toBe(401)
        expect(reply.body).toMatchObject({ code: 'unauthenticated', fingerprint: '' })
        expect(reply.setCookies).toEqual([])
      }
    })

    test('malformed, or with a wrong MAC: 401 invalid_token with its fingerprint, and no cookie is touched', async () => {
      for (const how of ['refresh', 'ack'] as const) {
        const held = await desk.begin()
        const forged = `${held.token(3, 0).slice(0, -43)}${'A'.repeat(43)}`
        for (const value of ['planted', 'v1.x.y.0.0.z', forged, held.token(3, 0).replace('.3.0.', '.4.0.')]) {
          held.visitor.jar.put({ name: 'vigile_refresh', value, path: '/api/auth' })
          const reply = await held.visitor[how]()
          expect(reply.status).toBe(401)
          const fingerprint = createHash('sha256').update(value).digest('hex').slice(0, 16)
          expect(reply.body).toMatchObject({ code: 'invalid_token', fingerprint })
          expect(reply.setCookies).toEqual([])
        }
        expect(await held.row()).toEqual(held.session)
      }
    })

    test.each([
      ['revoked', { revokedAt: 1, revokedReason: 'signed_out' }, 'signed_out'],
      ['idle', { idleExpiresAt: 1 }, 'idle'],
      ['expired', { idleExpiresAt: 1, expiresAt: 1 }, 'expired'],
    ] as const)(
      'S-34 %s: 401 session_ended with the reason, nothing changes, no cookie is touched',
      async (_, state, reason) => {
        for (const how of ['refresh', 'ack'] as const)
          for (const p of [1, 2, 3, 4]) {
            const held = await desk.begin(state)
            held.hold(p, 0)
            const reply = await held.visitor[how]()
            expect(reply.status).toBe(401)
            expect(reply.body).toMatchObject({ code: 'session_ended', reason, fingerprint: held.fingerprint(p, 0) })
            expect(reply.setCookies).toEqual([])
            expect(await held.row()).toEqual(held.session)
          }
      },
    )

    test('a session that is no more: 401 session_ended, unknown', async () => {
      const held = await desk.begin({ idleExpiresAt: 1 })
      held.hold(3, 0)
      await desk.database.sessions.deleteEnded(2, 100)
      for (const how of ['refresh', 'ack'] as const) {
        const reply = await held.visitor[how]()
        expect(reply.status).toBe(401)
        expect(reply.body).toMatchObject({
          code: 'session_ended',
          reason: 'unknown',
          fingerprint: held.fingerprint(3, 0),
        })
      }
    })

    test('a fingerprint that is none is a fault of the caller, not of the session', async () => {
      const held = await desk.begin()
      held.hold(3, 0)
      for (const body of [{ retry: 'x' }, { settled: 'ABCDEF0123456789' }, { retry: 1 }, { other: true }])
        expect((await held.visitor.post('/api/auth/refresh', body)).status).toBe(400)
      expect(await held.row()).toEqual(held.session)
    })

    test('the limit counts each token apart, and acks apart: a dead token spends nothing of the owner’s', async () => {
      const held = await desk.begin({ age: 1_000 })
      held.hold(1, 0)
      for (let count = 0; count < 60; count += 1) expect((await held.visitor.refresh()).status).toBe(409)
      const limited = await held.visitor.refresh()
      expect(limited.status).toBe(429)
      expect(limited.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(limited.setCookies).toEqual([])
      held.hold(3, 0)
      expect((await held.visitor.refresh()).status).toBe(200)
      held.hold(1, 0)
      expect((await held.visitor.ack()).status).toBe(409)
    })
  })
})

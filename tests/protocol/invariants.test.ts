// What holds of every answer, whatever session, cookies and words it is an answer to (PROTOCOL.md, "Invariants").
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deriveKeys } from '../../engine/src/keys/derive.ts'
import { runsOf } from '../../engine/src/sessions/long-runs.suite.ts'
import { storeKinds } from '../support/site.ts'
import { cookiesOf, type Desk, day, hour, newestKey, olderKey, openDesk, type State } from './desk.ts'

const times = fc.constantFrom(1_000, 10_000, 30_000, 90_000, 2 * hour)
const states: fc.Arbitrary<State> = fc
  .record({
    issue: fc.constantFrom(0, 1, 20),
    winner: fc.constantFrom(null, 0, 1),
    previousWinner: fc.constantFrom(null, 0, 1),
    durable: fc.boolean(),
    age: times,
    rotatedAge: times,
    end: fc.constantFrom('alive', 'alive', 'alive', 'revoked', 'idle'),
  })
  .map(({ end, winner, durable, issue, age, rotatedAge, ...rest }) => ({
    ...rest,
    issue,
    age,
    rotatedAge: Math.max(age, rotatedAge),
    winner: winner === null ? null : Math.min(winner, issue),
    durable: durable && winner !== null,
    ...(end === 'revoked' ? { revokedAt: 1, revokedReason: 'signed_out' as const } : {}),
    ...(end === 'idle' ? { idleExpiresAt: 1 } : {}),
  }))

const token = fc.record({
  g: fc.nat(6),
  i: fc.constantFrom(0, 0, 1, 2, 20),
  key: fc.constantFrom('newest', 'older', 'foreign'),
})
const cookies = fc.array(
  fc.oneof({ weight: 5, arbitrary: token }, { weight: 1, arbitrary: fc.constantFrom('', 'planted', 'v1.x.y.0.0.z') }),
  {
    maxLength: 3,
  },
)
const asked = fc.record({
  how: fc.constantFrom('refresh', 'refresh', 'ack'),
  cookies,
  hasCsrf: fc.boolean(),
  says: fc.constantFrom('nothing', 'retry', 'settled', 'both', 'wrong'),
})
const keys = { newest: newestKey, older: olderKey, foreign: deriveKeys('a secret that this site does not know') }
/** Routes of signed-in pages and of machines: none of them speaks of the refresh cookie. */
const others = [
  '/api/auth/me',
  '/api/auth/sessions',
  '/api/auth/csrf',
  '/health/live',
  '/.well-known/jwks.json',
  '/openapi.json',
]

describe.each(storeKinds)('on %s', (kind) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk(kind, { limits: { rules: { refreshToken: null, refreshIp: null, ackToken: null } } })
  })
  afterAll(() => desk?.close())

  const { runs, patience } = runsOf(200)

  test(
    'I2 I3 I7 whatever is sent to refresh and ack: which cookies an answer sets, and that it deletes none',
    async () => {
      await fc.assert(
        fc.asyncProperty(states, asked, async (state, { how, cookies, hasCsrf, says }) => {
          const held = await desk.begin(state)
          const values = cookies.map((one) => (typeof one === 'string' ? one : held.token(one.g, one.i, keys[one.key])))
          const presented = cookies.find((one) => typeof one === 'object')
          const own = presented ? held.fingerprint(presented.g, presented.i) : '0'.repeat(16)
          const fingerprint = says === 'wrong' ? 'f'.repeat(16) : own
          const body = {
            ...(how === 'refresh' && ['retry', 'both', 'wrong'].includes(says) ? { retry: fingerprint } : {}),
            ...(['settled', 'both', 'wrong'].includes(says) ? { settled: fingerprint } : {}),
          }
          const csrf = held.visitor.cookie('csrf') as string
          const cookie = [
            ...values.map((value) => `vigile_refresh=${value}`),
            ...(hasCsrf ? [`vigile_csrf=${csrf}`] : []),
          ]
          const reply = await held.visitor.post(`/api/auth/${how}`, body, {
            cookie: cookie.join('; '),
            csrf: hasCsrf ? csrf : null,
            lands: false,
          })
          expect([200, 204, 401, 403, 409, 503]).toContain(reply.status)
          const set = cookiesOf(reply)
          for (const { value, maxAge } of Object.values(set)) {
            expect(value).not.toBe('')
            expect(maxAge).toBeGreaterThan(0)
          }
          if (set.refresh) expect(values).not.toContain(set.refresh.value)
          if (how === 'ack' || reply.status !== 200) expect(reply.setCookies).toEqual([])
          if (reply.status === 409) {
            const { requestId: _, fingerprint: echoed, ...rest } = reply.body
            expect(echoed).toMatch(/^[0-9a-f]{16}$/)
            expect(Object.keys(rest).sort()).toEqual(['code', 'detail', 'status', 'title', 'type'])
            expect(JSON.stringify(rest)).not.toMatch(/\b(?:generation|issue)\b/)
          }
        }),
        runs,
      )
    },
    patience,
  )

  test('I2 no other answer sets or deletes the refresh cookie, whatever session it is for', async () => {
    await fc.assert(
      fc.asyncProperty(states, fc.constantFrom(...others), async (state, path) => {
        const held = await desk.begin({ ...state, expiresAt: desk.site.now() + day })
        held.hold(3, 0)
        const reply = await held.visitor.get(path)
        expect(Object.keys(cookiesOf(reply)).filter((name) => name !== 'csrf')).toEqual([])
      }),
      { ...runs, numRuns: runs.numRuns / 4 },
    )
  })
})

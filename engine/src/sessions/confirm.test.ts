import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AccessClaims } from './access-token.ts'
import { createConfirm } from './confirm.ts'
import { openRig, type Rig } from './rig.suite.ts'
import type { SessionRow, SessionStore } from './store.ts'
import type { VerifyDeps } from './verify.ts'
import { verifyAccess } from './verify.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
})
afterAll(() => rig?.close())

const fresh = (changes: Partial<SessionRow> = {}) =>
  rig.insert({ winner: null, durable: false, issue: 1, age: 1000, ...changes })

const claimsOf = (session: SessionRow, changes: Partial<AccessClaims> = {}): AccessClaims => ({
  userId: session.userId,
  sessionId: session.id,
  generation: session.generation,
  issue: session.issue,
  authenticatedAt: 0,
  issuedAt: 0,
  expiresAt: Number.MAX_SAFE_INTEGER,
  ...changes,
})

/** A check of an access token that says so, on a store that counts what is asked of it. */
const checking = (claims: AccessClaims, changes: Partial<SessionStore> = {}) => {
  const asked = { find: 0, change: 0 }
  const sessions: SessionStore = {
    ...rig.deps.sessions,
    find: async (id) => {
      asked.find += 1
      return rig.deps.sessions.find(id)
    },
    change: async (...args) => {
      asked.change += 1
      return rig.deps.sessions.change(...args)
    },
    ...changes,
  }
  const deps: VerifyDeps = {
    ...rig.deps,
    accessTokens: { ...rig.deps.accessTokens, verify: async () => claims },
    liveSessions: {
      peek: () => undefined,
      get: async (id) => rig.read(id),
      drop: () => {},
    },
    confirm: createConfirm({ ...rig.deps, sessions }),
  }
  return { asked, check: (via: 'cookie' | 'bearer') => verifyAccess(deps, 'token', via) }
}

test('PROTOCOL ack: an access cookie of exactly the newest token proves that it arrived, and no more', async () => {
  const session = await fresh()
  expect(await checking(claimsOf(session)).check('cookie')).toMatchObject({ ok: true })
  expect(await rig.read(session.id)).toMatchObject({
    winner: 1,
    durable: false,
    idleExpiresAt: session.idleExpiresAt,
    rotatedAt: session.rotatedAt,
    issuedAt: session.issuedAt,
  })
})

test('PROTOCOL ack: an access token sent as a bearer proves nothing about the jar', async () => {
  const session = await fresh()
  expect(await checking(claimsOf(session)).check('bearer')).toMatchObject({ ok: true })
  expect(await rig.read(session.id)).toEqual(session)
})

test.each([
  ['an earlier issue', { issue: 0 }],
  ['a later issue', { issue: 2 }],
  ['the generation before', { generation: 2 }],
  ['a later generation', { generation: 4 }],
])('PROTOCOL ack: an access cookie of %s confirms nothing', async (_, changes) => {
  const session = await fresh()
  const { check, asked } = checking(claimsOf(session, changes))
  expect(await check('cookie')).toMatchObject({ ok: true })
  expect(asked).toEqual({ find: 0, change: 0 })
  expect(await rig.read(session.id)).toEqual(session)
})

test('PROTOCOL ack: a token is written once, and after that not even asked for', async () => {
  const session = await fresh()
  const { check, asked } = checking(claimsOf(session))
  // Memory that still says "not confirmed" must not cost a statement for each request.
  const confirm = createConfirm(rig.deps)
  for (let count = 0; count < 5; count += 1) await confirm(session, { generation: 3, issue: 1 })
  for (let count = 0; count < 5; count += 1) await check('cookie')
  expect(asked.change).toBeLessThanOrEqual(1)
  expect(asked.find).toBeLessThanOrEqual(1)
})

test('PROTOCOL ack: twenty requests at once with one access cookie make one write', async () => {
  const session = await fresh()
  const { check, asked } = checking(claimsOf(session))
  await Promise.all(Array.from({ length: 20 }, () => check('cookie')))
  expect(asked).toEqual({ find: 1, change: 1 })
})

test('a check goes on where the proof could not be noted, and the next one tries again', async () => {
  const session = await fresh()
  let broken = true
  const { check } = checking(claimsOf(session), {
    find: async (id) => {
      if (broken) throw new Error('the database is down')
      return rig.deps.sessions.find(id)
    },
  })
  expect(await check('cookie')).toMatchObject({ ok: true })
  expect(rig.logged.at(-1)).toMatchObject({ level: 'warn', fields: { session: session.id } })
  broken = false
  await check('cookie')
  expect(await rig.read(session.id)).toMatchObject({ winner: 1 })
})

test('I10 a session that was revoked since it was remembered is not confirmed', async () => {
  const session = await fresh()
  await rig.deps.sessions.revoke([session.id], 'signed_out', await rig.now())
  await createConfirm(rig.deps)(session, { generation: 3, issue: 1 })
  expect(await rig.read(session.id)).toMatchObject({ winner: null, revokedReason: 'signed_out' })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BoundKey, thumbprintOf, toBoundKey } from '../binding/bound-key.ts'
import { createUserId } from '../primitives/ids.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import type { AccessClaims } from './access-token.ts'
import { openRig, type Rig } from './rig.suite.ts'
import type { SessionRow } from './store.ts'
import { type VerifyDeps, verifyAccess } from './verify.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
})
afterAll(() => rig?.close())

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

const depsFor = (claims: AccessClaims | null, changes: Partial<VerifyDeps> = {}): VerifyDeps => ({
  ...rig.deps,
  accessTokens: { ...rig.deps.accessTokens, verify: async () => claims },
  liveSessions: { peek: () => undefined, get: async (id) => rig.read(id), drop: () => {} },
  confirm: async () => {},
  ...changes,
})

test('TOK-1 a token of an older generation or issue is accepted as long as the session lives', async () => {
  const session = await rig.insert()
  for (const generation of [0, 2, 3])
    expect(await verifyAccess(depsFor(claimsOf(session, { generation })), 't', 'cookie')).toMatchObject({ ok: true })
})

test('TOK-5 a session that is over is refused with its reason', async () => {
  const now = await rig.now()
  const ended = await rig.insert({ revokedAt: now - 1, revokedReason: 'signed_out' })
  expect(await verifyAccess(depsFor(claimsOf(ended)), 't', 'cookie')).toEqual({
    ok: false,
    error: 'session_ended',
    reason: 'signed_out',
  })
  const idle = await rig.insert({ idleExpiresAt: now - 1 })
  expect(await verifyAccess(depsFor(claimsOf(idle)), 't', 'bearer')).toMatchObject({ reason: 'idle' })
  const expired = await rig.insert({ expiresAt: now - 1, idleExpiresAt: now - 1 })
  expect(await verifyAccess(depsFor(claimsOf(expired)), 't', 'bearer')).toMatchObject({ reason: 'expired' })
})

test('a token that does not verify is invalid, and no session is asked for', async () => {
  const deps = depsFor(null, {
    liveSessions: {
      peek: () => {
        throw new Error('asked')
      },
      get: async () => null,
      drop: () => {},
    },
  })
  expect(await verifyAccess(deps, 't', 'cookie')).toEqual({ ok: false, error: 'invalid_token' })
})

test('S-86 a token that names another user than its session does is refused', async () => {
  const session = await rig.insert()
  const claims = claimsOf(session, { userId: createUserId() })
  expect(await verifyAccess(depsFor(claims), 't', 'cookie')).toMatchObject({ ok: false, reason: 'unknown' })
})

test('S-90 a session that can be neither trusted from memory nor asked is a fault, never a refusal', async () => {
  const session = await rig.insert()
  const deps = depsFor(claimsOf(session), {
    liveSessions: {
      peek: () => undefined,
      get: async () => {
        throw new UnavailableError('the database is down')
      },
      drop: () => {},
    },
  })
  await expect(verifyAccess(deps, 't', 'cookie')).rejects.toThrow(UnavailableError)
})

describe('a bound session', () => {
  const key = { x: `${'x'.repeat(42)}A`, y: `${'y'.repeat(42)}A` }
  const [registered, dbsc, dpop] = (['registered', 'dbsc', 'dpop'] as const).map((kind) => toBoundKey(kind, key))
  const boundTo = thumbprintOf(key)
  /** Whether it is verified, and whether an access cookie of its newest token was taken for a sign that this one arrived. */
  const tried = async (boundKey: BoundKey | null | undefined, claims: Partial<AccessClaims>) => {
    const session = await rig.insert({ boundKey: boundKey ?? null, winner: null })
    let confirmed = false
    const deps = depsFor(claimsOf(session, claims), {
      confirm: async () => {
        confirmed = true
      },
    })
    return [(await verifyAccess(deps, 't', 'cookie')).ok, confirmed]
  }

  test('PROTOCOL bound: an access cookie confirms only a session whose key has not proven itself', async () => {
    expect(await tried(null, {})).toEqual([true, true])
    expect(await tried(registered, { boundTo })).toEqual([true, true])
    expect(await tried(dbsc, { boundTo })).toEqual([true, false])
    expect(await tried(dpop, { boundTo })).toEqual([true, false])
  })

  test('PROTOCOL bound: from the first proof on, a token from before, or of another key, is worth nothing', async () => {
    expect(await tried(registered, {})).toEqual([true, true])
    expect(await tried(dbsc, {})).toEqual([false, false])
    expect(await tried(dbsc, { boundTo: thumbprintOf({ ...key, x: key.y }) })).toEqual([false, false])
  })
})

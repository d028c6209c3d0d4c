import { afterAll, beforeAll, expect, test } from 'vitest'
import { noContext } from '../audit/entry.ts'
import type { BoundKey } from '../binding/bound-key.ts'
import { registrationMs } from '../binding/dbsc.ts'
import { confirmKey, registerKey } from './register-key.ts'
import { openRig, type Rig } from './rig.suite.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
})
afterAll(() => rig?.close())

const keyOf = (letter: string, kind = 'registered') => `${kind}.${letter.repeat(42)}A.${letter.repeat(42)}A` as BoundKey
const begin = async (state = {}) => {
  const now = await rig.now()
  const session = await rig.insert({
    generation: 0,
    issue: 0,
    winner: null,
    durable: false,
    previousWinner: null,
    createdAt: now,
    ...state,
  })
  return { session, token: rig.token(session), read: () => rig.read(session.id) }
}

test('S-81 a session gets its key once, and the token that came with it has arrived', async () => {
  const { token, read } = await begin()
  const registered = await registerKey(rig.deps, { token, key: keyOf('a'), context: noContext })
  expect(registered).toMatchObject({ ok: true, session: { boundKey: keyOf('a') } })
  expect(await read()).toMatchObject({ boundKey: keyOf('a'), winner: 0, durable: false })
  const again = await registerKey(rig.deps, { token, key: keyOf('b'), context: noContext })
  expect(again).toEqual({ ok: false, error: 'refused' })
  expect(await read()).toMatchObject({ boundKey: keyOf('a') })
})

test('S-81 of parallel registrations one wins', async () => {
  const { token, read } = await begin()
  const letters = ['a', 'b', 'c', 'd']
  const results = await Promise.all(
    letters.map((letter) => registerKey(rig.deps, { token, key: keyOf(letter), context: noContext })),
  )
  const winners = letters.filter((_, index) => results[index]?.ok)
  expect(winners).toHaveLength(1)
  expect((await read())?.boundKey).toBe(keyOf(winners[0] ?? ''))
})

test('S-81 not to a session that is too old, nor for a token that is not its current one, nor when it is over', async () => {
  const now = await rig.now()
  const old = await begin({ createdAt: now - registrationMs })
  const stale = await begin({ generation: 1, winner: 0, previousWinner: 0 })
  const over = await begin({ revokedAt: now, revokedReason: 'signed_out' })
  const register = (token: typeof old.token) => registerKey(rig.deps, { token, key: keyOf('a'), context: noContext })
  expect(await register(old.token)).toEqual({ ok: false, error: 'refused' })
  expect(await register(rig.token(stale.session, { generation: 0 }))).toEqual({ ok: false, error: 'refused' })
  expect(await register(over.token)).toEqual({ ok: false, error: 'session_ended', reason: 'signed_out' })
  for (const { read } of [old, stale, over]) expect((await read())?.boundKey).toBeNull()
})

test('S-83 the first proof makes the key the session’s for good; a second one, another kind and an end change nothing', async () => {
  const { session, read } = await begin({ boundKey: keyOf('a') })
  await Promise.all([1, 2, 3].map(() => confirmKey(rig.deps, session.id, noContext)))
  expect((await read())?.boundKey).toBe(keyOf('a', 'dbsc'))
  const byScript = await begin({ boundKey: keyOf('b', 'dpop') })
  const over = await begin({ boundKey: keyOf('c'), revokedAt: 1, revokedReason: 'idle' })
  for (const one of [byScript, over]) {
    await confirmKey(rig.deps, one.session.id, noContext)
    expect(await one.read()).toEqual(one.session)
  }
})

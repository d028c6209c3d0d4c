import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UnavailableError } from '../primitives/unavailable.ts'
import { acknowledge } from './acknowledge.ts'
import type { GenuineToken } from './presented-token.ts'
import { fingerprintOf } from './refresh-token.ts'
import { context, openRig, type Rig } from './rig.suite.ts'
import type { SessionRow } from './store.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
})
afterAll(() => rig?.close())

const fresh = () => rig.insert({ winner: null, durable: false, age: 1_000 })
const ack = (token: GenuineToken, settled?: string, deps: typeof rig.deps = rig.deps) =>
  acknowledge(deps, { token, settled, context })

/** How often rows were written. */
const counting = () => {
  const counted = { writes: 0 }
  const change: typeof rig.deps.sessions.change = async (...args) => {
    counted.writes += 1
    return rig.deps.sessions.change(...args)
  }
  return { counted, deps: { ...rig.deps, sessions: { ...rig.deps.sessions, change } } }
}

test('PROTOCOL ack: the first confirms; settled counts only where it is the fingerprint of that token', async () => {
  const session = await fresh()
  const token = rig.token(session)
  expect(await ack(token, '0123456789abcdef')).toEqual({ ok: true })
  expect(await rig.read(session.id)).toMatchObject({ winner: 0, durable: false })
  expect(await ack(token, fingerprintOf(token.token))).toEqual({ ok: true })
  expect(await rig.read(session.id)).toMatchObject({ winner: 0, durable: true })
})

test('PROTOCOL ack: at most two writes for an issued token, however often it is acknowledged', async () => {
  const session = await fresh()
  const token = rig.token(session)
  const { counted, deps } = counting()
  for (const settled of [undefined, undefined, fingerprintOf(token.token), undefined, fingerprintOf(token.token)])
    expect(await ack(token, settled, deps)).toEqual({ ok: true })
  expect(counted.writes).toBe(2)
})

test('I9 PROTOCOL ack: it moves neither idle nor any other time of the protocol', async () => {
  const session = await fresh()
  const token = rig.token(session)
  await ack(token, fingerprintOf(token.token))
  const after = await rig.read(session.id)
  expect({ ...after, lastUsedAt: 0 }).toEqual({ ...session, winner: 0, durable: true, lastUsedAt: 0 })
})

test('PROTOCOL ack: anything else is stale, carries the fingerprint, and writes nothing', async () => {
  const session = await rig.insert({ issue: 1, winner: 1, durable: false })
  const { counted, deps } = counting()
  for (const presented of [{ generation: 2 }, { generation: 4 }, { issue: 0 }, { issue: 2 }]) {
    const token = rig.token(session, presented)
    const fingerprint = fingerprintOf(token.token)
    expect(await ack(token, fingerprint, deps)).toEqual({ ok: false, error: 'stale_token', fingerprint })
  }
  expect(counted.writes).toBe(0)
  expect(await rig.read(session.id)).toEqual(session)
})

test('a session that is over, or is not there, is refused with its reason', async () => {
  const ended = await rig.insert({ revokedAt: 1, revokedReason: 'reuse' })
  expect(await ack(rig.token(ended))).toMatchObject({ error: 'session_ended', reason: 'reuse' })
  const gone = rig.token({ ...ended, id: 'AAAAAAAAAAAAAAAAAAAAAA' as SessionRow['id'] })
  expect(await ack(gone)).toMatchObject({ error: 'session_ended', reason: 'unknown' })
})

describe('a row that changes under it', () => {
  test('I1 it is decided again', async () => {
    const session = await fresh()
    let raced = false
    const find: typeof rig.deps.sessions.find = async (id) => {
      const found = await rig.deps.sessions.find(id)
      if (!raced && found.session)
        await rig.deps.sessions.change(found.session, { issue: 1, issuedAt: found.now }, found.now)
      raced = true
      return found
    }
    const deps = { ...rig.deps, sessions: { ...rig.deps.sessions, find } }
    // A sibling was issued meanwhile: this is not the latest token any more.
    expect(await ack(rig.token(session), undefined, deps)).toMatchObject({ error: 'stale_token' })
    expect(await rig.read(session.id)).toMatchObject({ winner: null, issue: 1 })
  })

  test('I1 it is given up after three tries', async () => {
    const session = await fresh()
    const deps = { ...rig.deps, sessions: { ...rig.deps.sessions, change: async () => false } }
    await expect(ack(rig.token(session), undefined, deps)).rejects.toThrow(UnavailableError)
  })
})

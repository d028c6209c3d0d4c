// Elevation: the first proof that a session's token arrived ends the session that it replaces.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { places } from '../stores/samples.suite.ts'
import { acknowledge } from './acknowledge.ts'
import { applyChange } from './apply-change.ts'
import { createConfirm } from './confirm.ts'
import { refresh } from './refresh.ts'
import { fingerprintOf } from './refresh-token.ts'
import { revokeSessions } from './revoke.ts'
import { context, openRig, type Rig } from './rig.suite.ts'

describe.each(places.map(([kind]) => kind))('on %s', (kind) => {
  let rig: Rig
  beforeAll(async () => {
    rig = await openRig(kind)
  })
  afterAll(() => rig?.close())

  const elevated = async () => {
    const before = await rig.insert()
    const after = await rig.insert({
      generation: 0,
      issue: 0,
      winner: null,
      previousWinner: null,
      durable: false,
      replaces: before.id,
    })
    return { before, after }
  }

  const proofs: [string, (rig: Rig, after: Awaited<ReturnType<typeof elevated>>['after']) => Promise<unknown>][] = [
    ['an ack', (rig, after) => acknowledge(rig.deps, { token: rig.token(after), settled: undefined, context })],
    [
      'a refresh',
      (rig, after) => refresh(rig.deps, { token: rig.token(after), retry: undefined, settled: undefined, context }),
    ],
    [
      'a refresh that rotates at once',
      (rig, after) => {
        const token = rig.token(after)
        return refresh(rig.deps, { token, retry: undefined, settled: fingerprintOf(token.token), context })
      },
    ],
    ['its access cookie', (rig, after) => createConfirm(rig.deps)(after, { generation: 0, issue: 0 })],
    [
      'a token ahead of the row',
      (rig, after) =>
        refresh(rig.deps, {
          token: rig.token(after, { generation: 2 }),
          retry: undefined,
          settled: undefined,
          context,
        }),
    ],
  ]

  test.each(proofs)('I8 TOK-8 %s ends the session that was elevated, and puts that on record', async (_, prove) => {
    const { before, after } = await elevated()
    expect(await rig.read(before.id)).toMatchObject({ revokedAt: null })
    await prove(rig, after)
    expect(await rig.read(before.id)).toMatchObject({ revokedReason: 'replaced' })
    expect(await rig.read(after.id)).toMatchObject({ revokedAt: null, replaces: null })
    const entries = (await rig.entries('session:end')).filter(({ resourceId }) => resourceId === before.id)
    expect(entries).toMatchObject([{ userId: rig.userId, details: { reason: 'replaced' } }])
    expect(rig.told).toContainEqual({ kind: 'session', id: before.id })
    expect(rig.told).toContainEqual({ kind: 'session', id: after.id })
  })

  test('I5 a lost answer to an elevation: the session before it lives on, unelevated', async () => {
    const { before } = await elevated()
    const token = rig.token(before)
    expect(await refresh(rig.deps, { token, retry: undefined, settled: undefined, context })).toMatchObject({
      ok: true,
    })
    expect(await rig.read(before.id)).toMatchObject({ revokedAt: null })
  })

  test('PROTOCOL 5 I5 I8 the answer to an elevation is lost, then an hour of silence: the session before it goes on and turns', async () => {
    const { before, after } = await elevated()
    let held = rig.token(before)
    for (let hours = 0; hours < 3; hours += 1) {
      rig.move(3_600_000)
      const refreshed = await refresh(rig.deps, { token: held, retry: undefined, settled: undefined, context })
      if (!refreshed.ok) throw new Error(refreshed.error)
      expect(refreshed.session.generation).toBe(before.generation + hours + 1)
      held = rig.token(refreshed.session)
    }
    // What never arrived proves nothing, and ends by itself.
    expect(await rig.read(after.id)).toMatchObject({
      winner: null,
      replaces: before.id,
      idleExpiresAt: after.idleExpiresAt,
    })
    rig.move(7 * 86_400_000)
    expect(await acknowledge(rig.deps, { token: rig.token(after), settled: undefined, context })).toMatchObject({
      error: 'session_ended',
      reason: 'idle',
    })
  })

  test('PROTOCOL 5 I5 I8 the answer arrived and its ack was lost, then an hour of silence: the first refresh proves it', async () => {
    const { before, after } = await elevated()
    rig.move(3_600_000)
    const token = rig.token(after)
    const refreshed = await refresh(rig.deps, { token, retry: undefined, settled: undefined, context })
    expect(refreshed).toMatchObject({ ok: true, session: { generation: 1 } })
    expect(await rig.read(before.id)).toMatchObject({ revokedReason: 'replaced' })
    const old = await refresh(rig.deps, { token: rig.token(before), retry: undefined, settled: undefined, context })
    expect(old).toMatchObject({ error: 'session_ended', reason: 'replaced' })
  })

  test('I11 where the session before cannot be ended the proof is not taken either', async () => {
    const { before, after } = await elevated()
    const transact: typeof rig.deps.transact = (work) =>
      rig.deps.transact((stores) =>
        work({
          ...stores,
          sessions: {
            ...stores.sessions,
            revoke: async () => {
              throw new Error('no revocation')
            },
          },
        }),
      )
    const acked = acknowledge({ ...rig.deps, transact }, { token: rig.token(after), settled: undefined, context })
    await expect(acked).rejects.toThrow('no revocation')
    expect(await rig.read(after.id)).toMatchObject({ winner: null, replaces: before.id })
    expect(await rig.read(before.id)).toMatchObject({ revokedAt: null })
  })

  test('TOK-8 two proofs at once end it once', async () => {
    const { before, after } = await elevated()
    const acks = Array.from({ length: 8 }, () =>
      acknowledge(rig.deps, { token: rig.token(after), settled: undefined, context }),
    )
    for (const ack of await Promise.all(acks)) expect(ack).toEqual({ ok: true })
    const entries = (await rig.entries('session:end')).filter(({ resourceId }) => resourceId === before.id)
    expect(entries).toHaveLength(1)
  })

  test('TOK-5 sign-out of an elevated session before its proof ends both', async () => {
    const { before, after } = await elevated()
    const now = await rig.now()
    const ended = await revokeSessions(rig.deps, [after.id], { reason: 'signed_out', now, context })
    expect(ended.map(({ id }) => id).sort()).toEqual([before.id, after.id].sort())
    for (const { id } of [before, after]) {
      expect(await rig.read(id)).toMatchObject({ revokedReason: 'signed_out' })
      expect(rig.told).toContainEqual({ kind: 'session', id })
    }
  })

  test('a change that proves nothing ends nothing', async () => {
    const { before, after } = await elevated()
    expect(await applyChange(rig.deps, after, { durable: true }, { now: await rig.now(), context })).toBe(true)
    expect(await rig.read(before.id)).toMatchObject({ revokedAt: null })
    expect(await rig.read(after.id)).toMatchObject({ replaces: before.id, durable: true })
  })

  test('I1 a change of what is not as it was read is not made, and nobody is told', async () => {
    const session = await rig.insert()
    const now = await rig.now()
    expect(await applyChange(rig.deps, session, { durable: false }, { now, context })).toBe(true)
    const told = rig.told.length
    expect(await applyChange(rig.deps, session, { issue: 1 }, { now, context })).toBe(false)
    expect(await rig.read(session.id)).toMatchObject({ issue: 0, durable: false })
    expect(rig.told).toHaveLength(told)
  })
})

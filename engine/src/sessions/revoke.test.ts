import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSessionId } from '../primitives/ids.ts'
import { places, sampleAccount, sampleSession } from '../stores/samples.suite.ts'
import { revokeSessions, revokeUser } from './revoke.ts'
import { context, openRig, type Rig } from './rig.suite.ts'

describe.each(places.map(([kind]) => kind))('on %s', (kind) => {
  let rig: Rig
  beforeAll(async () => {
    rig = await openRig(kind)
  })
  afterAll(() => rig?.close())

  const input = async () => ({ reason: 'signed_out' as const, now: await rig.now(), context })
  const entriesOf = async (id: string) =>
    (await rig.entries('session:end')).filter(({ resourceId }) => resourceId === id)

  test('TOK-5 what is ended is on record, and every node is told', async () => {
    const session = await rig.insert()
    const ended = await revokeSessions(rig.deps, [session.id], { ...(await input()), by: 'operator:ada' })
    expect(ended).toEqual([{ id: session.id, userId: rig.userId }])
    expect(await entriesOf(session.id)).toMatchObject([
      { userId: rig.userId, ip: context.ip, details: { reason: 'signed_out', by: 'operator:ada' } },
    ])
    expect(rig.told).toContainEqual({ kind: 'session', id: session.id })
  })

  test('I1 what is over stays over for its first reason, and is not recorded twice', async () => {
    const session = await rig.insert()
    await revokeSessions(rig.deps, [session.id], await input())
    expect(await revokeSessions(rig.deps, [session.id], { ...(await input()), reason: 'ended_by_operator' })).toEqual(
      [],
    )
    expect(await rig.read(session.id)).toMatchObject({ revokedReason: 'signed_out' })
    expect(await entriesOf(session.id)).toHaveLength(1)
  })

  test('a session that never was is nothing to end, and no fault', async () => {
    expect(await revokeSessions(rig.deps, [createSessionId()], await input())).toEqual([])
    expect(await revokeSessions(rig.deps, [], await input())).toEqual([])
  })

  test('I11 H-12 what could not be put on record did not happen, and is a fault', async () => {
    const session = await rig.insert()
    const told = rig.told.length
    const transact: typeof rig.deps.transact = (work) =>
      rig.deps.transact((stores) =>
        work({
          ...stores,
          audit: {
            ...stores.audit,
            append: async () => {
              throw new Error('no record')
            },
          },
        }),
      )
    await expect(revokeSessions({ ...rig.deps, transact }, [session.id], await input())).rejects.toThrow('no record')
    await expect(revokeUser({ ...rig.deps, transact }, rig.userId, await input())).rejects.toThrow('no record')
    expect(await rig.read(session.id)).toMatchObject({ revokedAt: null })
    expect(rig.told).toHaveLength(told)
  })

  test('TOK-5 all of a user’s sessions but one, and nobody else’s', async () => {
    const other = sampleAccount()
    await rig.database.accounts.insert(other)
    const theirs = sampleSession({ userId: other.id })
    await rig.database.sessions.insert(theirs)
    const [kept, ...ended] = [await rig.insert(), await rig.insert(), await rig.insert()]
    const revoked = await revokeUser(rig.deps, rig.userId, { ...(await input()), except: kept.id })
    for (const { id } of ended) expect(revoked.map((one) => one.id)).toContain(id)
    expect(await rig.read(kept.id)).toMatchObject({ revokedAt: null })
    expect(await rig.read(theirs.id)).toMatchObject({ revokedAt: null })
  })

  test('TOK-4 TOK-5 who may have any number of sessions can still end them all', async () => {
    const many = sampleAccount()
    await rig.database.accounts.insert(many)
    await rig.database.transact(async ({ sessions }) => {
      for (let count = 0; count < 1_100; count += 1) await sessions.insert(sampleSession({ userId: many.id }))
    })
    expect(await revokeUser(rig.deps, many.id, await input())).toHaveLength(1_100)
  })
})

// The stores of second factors, and of sign-ins that wait for one.
import { beforeAll, expect, test } from 'vitest'
import type { UserId } from '../primitives/ids.ts'
import type { PendingSignIn, TotpFactor } from '../second-factor/store.ts'
import { openTwice } from './open-twice.suite.ts'
import { atOnce, countOf, type Place, sampleAccount } from './samples.suite.ts'

export const secondFactorStoresSuite = (newPlace: () => Promise<Place>): void => {
  const db = openTwice(newPlace)
  let userId: UserId

  const account = async (): Promise<UserId> => {
    const { id, ...rest } = sampleAccount()
    await db.one.accounts.insert({ id, ...rest })
    return id
  }
  beforeAll(async () => {
    userId = await account()
  })

  const pending = (tokenHash: string, changes: Partial<PendingSignIn> = {}): PendingSignIn => ({
    tokenHash,
    userId,
    by: 'oauth',
    grant: 'v1.k1.sealed',
    createdAt: 1_000,
    expiresAt: 2_000,
    ...changes,
  })
  const factor = (changes: Partial<TotpFactor> = {}): TotpFactor => ({
    userId,
    sealed: 'v1.k1.sealed',
    keyId: 'k1',
    lastStep: 5,
    createdAt: 1_000,
    ...changes,
  })

  test('ACC-5 of a browser’s sign-ins that wait the newest counts, while it is neither ended nor expired', async () => {
    await db.one.pendingSignIns.insert(pending('old'))
    await db.one.pendingSignIns.insert(pending('new', { createdAt: 1_100 }))
    const find = (now: number, ...hashes: string[]) => db.other.pendingSignIns.findWaiting(hashes, now)
    expect(await find(1_999, 'old', 'new', 'unknown')).toEqual(pending('new', { createdAt: 1_100 }))
    expect([await find(1_500), await find(1_500, 'unknown'), await find(2_000, 'old', 'new')]).toEqual([
      null,
      null,
      null,
    ])
    expect(await db.one.pendingSignIns.end('new', 1_500)).toBe(true)
    expect(await find(1_500, 'old', 'new')).toEqual(pending('old'))
  })

  test('ACC-5 S-22 H-14 fifty parallel tries on two handles: as many as may be; fifty ends: one winner', async () => {
    await db.one.pendingSignIns.insert(pending('raced'))
    const tries = await atOnce(50, [db.one, db.other], ({ pendingSignIns }) =>
      pendingSignIns.beginTry('raced', 5, 1_500),
    )
    expect(countOf(tries, true)).toBe(5)
    await db.one.pendingSignIns.takeBackTry('raced')
    expect([
      await db.one.pendingSignIns.beginTry('raced', 5, 1_500),
      await db.one.pendingSignIns.beginTry('raced', 5, 1_500),
    ]).toEqual([true, false])
    const ends = await atOnce(50, [db.one, db.other], ({ pendingSignIns }) => pendingSignIns.end('raced', 1_500))
    expect(countOf(ends, true)).toBe(1)
    await db.one.pendingSignIns.insert(pending('late'))
    expect(await db.one.pendingSignIns.beginTry('late', 5, 2_000)).toBe(false)
    expect(await db.one.pendingSignIns.end('late', 2_000)).toBe(false)
  })

  test('TOK-5 ending all sessions of a user, or of everyone, ends the sign-ins that wait', async () => {
    const [mine, theirs] = [await account(), await account()]
    const waits = async (hash: string) => (await db.one.pendingSignIns.findWaiting([hash], 1_500)) !== null
    await db.one.pendingSignIns.insert(pending('mine', { userId: mine }))
    await db.one.pendingSignIns.insert(pending('theirs', { userId: theirs }))
    await db.one.sessions.revokeAllOfUser(mine, 'signed_out_everywhere', 1_500, null)
    expect([await waits('mine'), await waits('theirs')]).toEqual([false, true])
    await db.one.sessions.revokeEveryones('ended_by_operator', 1_500)
    expect(await waits('theirs')).toBe(false)
  })

  test('ACC-5 S-20 fifty parallel uses of one step, on two handles: one winner; older steps and other secrets never', async () => {
    await db.one.totp.put(factor())
    const uses = await atOnce(50, [db.one, db.other], ({ totp }) => totp.useStep(factor(), 7))
    expect(countOf(uses, true)).toBe(1)
    for (const [changes, step] of [
      [{}, 7],
      [{}, 6],
      [{ createdAt: 999 }, 8],
    ] as const)
      expect(await db.one.totp.useStep(factor(changes), step)).toBe(false)
    expect(await db.other.totp.find(userId)).toEqual(factor({ lastStep: 7 }))
    expect(await db.other.totp.useStep(factor(), 8)).toBe(true)
  })

  test('TOK-9 ACC-5 what is sealed with an older key is found, and sealed anew once', async () => {
    await db.one.totp.put(factor({ lastStep: 8 }))
    const [second, third] = [await account(), await account()]
    await db.one.totp.put(factor({ userId: second, sealed: 'v1.k2.sealed', keyId: 'k2' }))
    await db.one.totp.put(factor({ userId: third }))
    const old = await db.one.totp.listNotUnder('k2', null, 10)
    expect(old.map((each) => each.userId)).toEqual([userId, third].toSorted())
    expect((await db.one.totp.listNotUnder('k2', old[0]?.userId ?? null, 10)).map((each) => each.userId)).toEqual([
      old[1]?.userId,
    ])
    expect(await db.one.totp.replaceSealed(factor(), 'v1.k2.anew', 'k2')).toBe(true)
    expect(await db.other.totp.replaceSealed(factor(), 'v1.k2.late', 'k2')).toBe(false)
    expect(await db.one.totp.find(userId)).toMatchObject({ sealed: 'v1.k2.anew', keyId: 'k2', lastStep: 8 })
  })

  test('ACC-5 the secret that waits for its first code is the last one, and is taken once', async () => {
    const enrolment = { userId, sealed: 'first', createdAt: 1_000, expiresAt: 2_000 }
    await db.one.totp.beginEnrolment(enrolment)
    const last = { ...enrolment, sealed: 'last' }
    await db.one.totp.beginEnrolment(last)
    expect(await db.other.totp.findEnrolment(userId, 1_999)).toEqual(last)
    expect(await db.other.totp.findEnrolment(userId, 2_000)).toBeNull()
    expect(await db.one.totp.endEnrolment(enrolment)).toBe(false)
    expect(countOf(await atOnce(20, [db.one, db.other], ({ totp }) => totp.endEnrolment(last)), true)).toBe(1)
  })

  test('ACC-5 S-20 fifty parallel uses of one recovery code, on two handles: one winner; new codes end the old', async () => {
    await db.one.recoveryCodes.replaceAll(userId, ['a', 'b'], 1_000)
    const uses = await atOnce(50, [db.one, db.other], ({ recoveryCodes }) => recoveryCodes.use(userId, 'a', 1_500))
    expect(countOf(uses, true)).toBe(1)
    const stranger = await account()
    expect(await db.one.recoveryCodes.use(stranger, 'b', 1_500)).toBe(false)
    expect(await db.one.factors.held(userId)).toEqual({ totp: true, passkeys: 0, recoveryCodes: 1 })
    await db.one.recoveryCodes.replaceAll(userId, ['c', 'd', 'e'], 1_600)
    expect(await db.other.recoveryCodes.use(userId, 'b', 1_700)).toBe(false)
    expect(await db.one.factors.held(userId)).toEqual({ totp: true, passkeys: 0, recoveryCodes: 3 })
    expect([await db.one.totp.remove(userId), await db.one.totp.remove(userId)]).toEqual([true, false])
    await db.one.recoveryCodes.removeAll(userId)
    expect(await db.one.factors.held(userId)).toEqual({ totp: false, passkeys: 0, recoveryCodes: 0 })
  })

  test('TOK-10 what is of no more use is forgotten in batches, and with the account all of it', async () => {
    const gone = await account()
    for (let index = 0; index < 5; index += 1)
      await db.one.pendingSignIns.insert(pending(`old ${index}`, { userId: gone, expiresAt: 500 }))
    expect([await db.one.pendingSignIns.deleteOld(501, 3), await db.one.pendingSignIns.deleteOld(501, 3)]).toEqual([
      3, 2,
    ])
    await db.one.totp.beginEnrolment({ userId: gone, sealed: 'x', createdAt: 1, expiresAt: 500 })
    expect([await db.one.totp.deleteOldEnrolments(500, 10), await db.one.totp.deleteOldEnrolments(501, 10)]).toEqual([
      0, 1,
    ])
    await db.one.totp.put(factor({ userId: gone }))
    await db.one.recoveryCodes.replaceAll(gone, ['z'], 1_000)
    await db.one.accounts.delete(gone)
    expect(await db.one.totp.find(gone)).toBeNull()
    expect(await db.one.factors.held(gone)).toEqual({ totp: false, passkeys: 0, recoveryCodes: 0 })
  })
}

import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Account } from '../accounts/store.ts'
import type { Database } from './database.ts'
import { openTwice } from './open-twice.suite.ts'
import { atOnce, countOf, type Place, sampleAccount, sampleSession } from './samples.suite.ts'

export const accountStoreSuite = (newPlace: () => Promise<Place>): void => {
  const db = openTwice(newPlace)

  const newAccount = async (changes: Partial<Account> = {}): Promise<Account> => {
    const account = sampleAccount(changes)
    expect(await db.one.accounts.insert(account)).toBe(true)
    return account
  }

  test('ACC-9 an account comes back as it was written, by id, by email, among many', async () => {
    const full = await newAccount({
      name: 'Zoé',
      image: 'https://example.com/z.png',
      locale: 'fr',
      emailVerifiedAt: 5,
      isActive: false,
    })
    const bare = await newAccount({ passwordHash: null })
    expect(await db.one.accounts.findById(full.id)).toStrictEqual(full)
    expect(await db.one.accounts.findByEmailKey(bare.emailKey)).toStrictEqual(bare)
    expect(await db.one.accounts.findById(sampleAccount().id)).toBeNull()
    expect(await db.one.accounts.findByEmailKey('nobody@example.com')).toBeNull()
    const many = await db.one.accounts.findMany([full.id, bare.id, sampleAccount().id])
    expect(many).toHaveLength(2)
    expect(many).toEqual(expect.arrayContaining([full, bare]))
  })

  test('ACC-1 of 50 sign-ups with one email at once, one wins', async () => {
    const emailKey = 'race@example.com'
    const done = await atOnce(50, [db.one, db.other], ({ accounts }) => accounts.insert(sampleAccount({ emailKey })))
    expect(countOf(done, true)).toBe(1)
    expect(await db.one.accounts.insert(sampleAccount({ emailKey }))).toBe(false)
  })

  test('a password is confirmed for the hash that was checked only, and for an active account only', async () => {
    const { id } = await newAccount()
    expect(await db.one.accounts.confirmPassword(id, 'hash', null, 2_000)).toBe(true)
    expect(await db.one.accounts.confirmPassword(id, 'other', null, 2_000)).toBe(false)
    expect((await db.one.accounts.findById(id))?.updatedAt).toBe(1_000)
    expect(await db.one.accounts.confirmPassword(id, 'hash', 'upgraded', 3_000)).toBe(true)
    expect(await db.one.accounts.confirmPassword(id, 'hash', 'upgraded', 3_000)).toBe(false)
    expect(await db.one.accounts.findById(id)).toMatchObject({ passwordHash: 'upgraded', updatedAt: 3_000 })
    await db.one.accounts.setActive(id, false, 4_000)
    expect(await db.one.accounts.confirmPassword(id, 'upgraded', null, 5_000)).toBe(false)
    expect(await db.one.accounts.confirmPassword(id, 'upgraded', 'again', 5_000)).toBe(false)
  })

  test.each([null, 'upgraded'])(
    'ACC-6 an account disabled during a sign-in waits for its commit, and then ends the new session (upgrade: %s)',
    async (upgrade) => {
      const { id } = await newAccount()
      const session = sampleSession({ userId: id })
      const signIn = db.one.transact(async ({ accounts, sessions }) => {
        const confirmed = await accounts.confirmPassword(id, 'hash', upgrade, 2_000)
        await wait(100)
        await sessions.insert(session)
        return confirmed
      })
      await wait(30)
      const disable = db.other.transact(async ({ accounts, sessions }) => {
        await accounts.setActive(id, false, 3_000)
        return sessions.revokeAllOfUser(id, 'account_disabled', 3_000, null)
      })
      expect(await signIn).toBe(true)
      expect(await disable).toEqual([{ id: session.id, userId: id }])
    },
  )

  test('TOK-5 a sign-in that meets a change of password is not confirmed', async () => {
    const { id } = await newAccount()
    const change = db.one.transact(async ({ accounts }) => {
      const changed = await accounts.replacePassword(id, 'hash', 'new', 2_000)
      await wait(100)
      return changed
    })
    await wait(30)
    const signIn = db.other.transact(({ accounts }) => accounts.confirmPassword(id, 'hash', null, 3_000))
    expect(await signIn).toBe(false)
    expect(await change).toBe(true)
  })

  test('a password is replaced only where it still is what was expected', async () => {
    const { id } = await newAccount()
    expect(await db.one.accounts.replacePassword(id, 'other', 'new', 2_000)).toBe(false)
    const done = await atOnce(10, [db.one, db.other], ({ accounts }, index) =>
      accounts.replacePassword(id, 'hash', `new-${index}`, 2_000),
    )
    expect(countOf(done, true)).toBe(1)
    expect(await db.one.accounts.replacePassword(id, null, 'reset', 3_000)).toBe(true)
    expect(await db.one.accounts.findById(id)).toMatchObject({ passwordHash: 'reset', updatedAt: 3_000 })
    expect(await db.one.accounts.replacePassword(sampleAccount().id, null, 'reset', 3_000)).toBe(false)
  })

  test('ACC-6 an account is disabled and enabled once each', async () => {
    const { id } = await newAccount()
    expect(await db.one.accounts.setActive(id, true, 2_000)).toBe(false)
    expect(await db.one.accounts.setActive(id, false, 2_000)).toBe(true)
    expect(await db.one.accounts.setActive(id, false, 3_000)).toBe(false)
    expect(await db.one.accounts.findById(id)).toMatchObject({ isActive: false, updatedAt: 2_000 })
    expect(await db.one.accounts.setActive(id, true, 4_000)).toBe(true)
    expect(await db.one.accounts.setActive(sampleAccount().id, true, 4_000)).toBe(false)
  })

  test('ACC-4 an email is verified once', async () => {
    const { id } = await newAccount()
    expect(await db.one.accounts.setEmailVerified(id, 2_000)).toBe(true)
    expect(await db.one.accounts.setEmailVerified(id, 3_000)).toBe(false)
    expect((await db.one.accounts.findById(id))?.emailVerifiedAt).toBe(2_000)
  })

  test('ACC-7 with an account go its sessions and devices; its audit entries stay', async () => {
    const { id } = await newAccount()
    const session = sampleSession({ userId: id })
    await db.one.sessions.insert(session)
    await db.one.accounts.rememberDevice(id, 'device', 2_000)
    const entry = {
      id: `entry of ${id}`,
      at: 1,
      userId: id,
      actorId: null,
      action: 'user:delete',
      resource: null,
      resourceId: null,
      details: {},
      ip: null,
      userAgent: null,
      requestId: null,
    }
    await db.one.audit.append([entry])
    expect(await db.one.accounts.delete(id)).toBe(true)
    expect(await db.one.accounts.delete(id)).toBe(false)
    expect((await db.one.sessions.find(session.id)).session).toBeNull()
    expect(await db.one.accounts.findKnownDevice(id, ['device'])).toBeNull()
    expect(await db.one.audit.list({ limit: 10, userId: id })).toEqual([entry])
  })

  test('LIM-7 attempts from unknown devices are counted up to the limit, in a race too, until they are cleared', async () => {
    const begin = (database: Database) => database.accounts.beginUnknownDeviceAttempt('hash-of-email', 10, 2_000)
    const counts = (await atOnce(50, [db.one, db.other], begin)).filter((count) => count !== null)
    expect(counts.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(await begin(db.one)).toBeNull()
    expect(await db.one.accounts.beginUnknownDeviceAttempt('hash-of-another', 10, 2_000)).toBe(1)
    await db.other.accounts.clearUnknownDeviceAttempts('hash-of-email')
    expect(await begin(db.one)).toBe(1)
  })

  test('LIM-7 an attempt that could not be made is taken back, and none that was not counted', async () => {
    const begin = () => db.one.accounts.beginUnknownDeviceAttempt('hash-taken-back', 2, 2_000)
    const takeBack = () => db.one.accounts.takeBackUnknownDeviceAttempt('hash-taken-back')
    await takeBack()
    expect([await begin(), await begin(), await begin()]).toEqual([1, 2, null])
    await atOnce(3, [db.one, db.other], takeBack)
    expect([await begin(), await begin(), await begin()]).toEqual([1, 2, null])
  })

  test('LIM-6 LIM-7 what is closed is listed with whose it is, and opened once, in a race too', async () => {
    const { id } = await newAccount()
    const attempt = (name: string, at: number) => db.one.accounts.beginUnknownDeviceAttempt(name, 100, at, id)
    for (let count = 0; count < 100; count += 1) {
      await attempt('closed-of-ada', 3_000 + count)
      await db.one.accounts.beginUnknownDeviceAttempt('closed-of-nobody', 100, 4_000 + count)
      if (count < 99) await attempt('almost', 5_000)
    }
    const closed = [
      { name: 'closed-of-nobody', userId: null, failed: 100, lastAt: 4_099 },
      { name: 'closed-of-ada', userId: id, failed: 100, lastAt: 3_099 },
    ]
    expect(await db.other.accounts.listClosed(null, 10)).toEqual(closed)
    expect(await db.other.accounts.listClosed(null, 1)).toEqual(closed.slice(0, 1))
    expect(await db.one.accounts.listClosed({ userId: id }, 10)).toEqual(closed.slice(1))
    expect(await db.one.accounts.listClosed({ emailHash: 'closed-of-nobody' }, 10)).toEqual(closed.slice(0, 1))
    expect(await db.one.accounts.listClosed({ userId: id, emailHash: 'closed-of-nobody' }, 10)).toEqual(closed)
    const opened = await atOnce(10, [db.one, db.other], ({ accounts }) => accounts.openClosed('closed-of-ada'))
    expect(opened.filter(Boolean)).toHaveLength(1)
    expect(await db.one.accounts.openClosed('almost')).toBe(false)
    expect(await attempt('closed-of-ada', 6_000)).toBe(1)
    expect(await db.one.accounts.openClosed('closed-of-nobody')).toBe(true)
    expect(await db.one.accounts.listClosed(null, 10)).toEqual([])
  })

  test('LIM-7 a device is known for its account, from the first sign-in', async () => {
    const [{ id }, stranger] = [await newAccount(), await newAccount()]
    expect(await db.one.accounts.findKnownDevice(id, ['device'])).toBeNull()
    await atOnce(10, [db.one, db.other], ({ accounts }) => accounts.rememberDevice(id, 'device', 2_000))
    expect(await db.one.accounts.findKnownDevice(id, ['device'])).toBe('device')
    expect(await db.one.accounts.findKnownDevice(stranger.id, ['device'])).toBeNull()
  })

  test('LIM-7 S-12 an account knows the 50 browsers that it last saw, and finds one among planted names', async () => {
    const { id } = await newAccount()
    for (let count = 0; count < 55; count += 1)
      await db.one.accounts.rememberDevice(id, `device ${count}`, 2_000 + count)
    expect(await db.one.accounts.findKnownDevice(id, ['device 4'])).toBeNull()
    expect(await db.one.accounts.findKnownDevice(id, ['junk', 'device 5'])).toBe('device 5')
  })

  test('TOK-10 stale devices and attempts are removed in batches, those used since stay', async () => {
    await db.one.accounts.deleteStale({ devicesBefore: 1e12, attemptsBefore: 1e12, limit: 1_000 })
    const { id } = await newAccount()
    for (const [device, at] of [
      ['old', 1_000],
      ['older', 999],
      ['used', 1_000],
      ['fresh', 5_000],
    ] as const) {
      await db.one.accounts.rememberDevice(id, device, at)
    }
    await db.one.accounts.rememberDevice(id, 'used', 5_000)
    await db.one.accounts.beginUnknownDeviceAttempt('old', 10, 1_000)
    await db.one.accounts.beginUnknownDeviceAttempt('fresh', 10, 6_000)
    const remove = () => db.one.accounts.deleteStale({ devicesBefore: 5_000, attemptsBefore: 6_000, limit: 2 })
    expect([await remove(), await remove(), await remove()]).toEqual([2, 1, 0])
    expect(await db.one.accounts.findKnownDevice(id, ['used'])).toBe('used')
    expect(await db.one.accounts.findKnownDevice(id, ['fresh'])).toBe('fresh')
    expect(await db.one.accounts.findKnownDevice(id, ['old'])).toBeNull()
    expect(await db.one.accounts.beginUnknownDeviceAttempt('fresh', 1, 6_000)).toBeNull()
  })
}

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { UserId } from '../primitives/ids.ts'
import type { Database } from '../stores/database.ts'
import { type Place, places, sampleAccount, sampleSession } from '../stores/samples.suite.ts'
import { cleanUp } from './clean-up.ts'

const day = 86_400_000
const now = 1_800_000_000_000

describe.each(places)('on %s', (_, newPlace) => {
  let place: Place
  let database: Database
  let userId: UserId
  beforeEach(async () => {
    place = await newPlace()
    database = place.open()
    await database.migrate()
    const account = sampleAccount()
    await database.accounts.insert(account)
    userId = account.id
  })
  afterEach(() => place?.remove())

  const session = (changes: Partial<ReturnType<typeof sampleSession>>) =>
    sampleSession({ userId, idleExpiresAt: now + day, expiresAt: now + 20 * day, ...changes })

  test('TOK-10 what ended over a day ago is removed; what lives, or ended since, stays', async () => {
    const ended = [
      session({ revokedAt: now - day - 1, revokedReason: 'signed_out' }),
      session({ idleExpiresAt: now - day - 1 }),
      session({ idleExpiresAt: now - 2 * day, expiresAt: now - 2 * day }),
    ]
    const kept = [
      session({}),
      session({ revokedAt: now - day + 1, revokedReason: 'reuse' }),
      session({ idleExpiresAt: now - 1 }),
      session({ idleExpiresAt: now - day }),
    ]
    for (const row of [...ended, ...kept]) await database.sessions.insert(row)
    expect(await cleanUp(database, now)).toMatchObject({ sessions: 3, devices: 0 })
    for (const { id } of ended) expect((await database.sessions.find(id)).session).toBeNull()
    for (const { id } of kept) expect((await database.sessions.find(id)).session).not.toBeNull()
    expect(await cleanUp(database, now)).toEqual({
      sessions: 0,
      devices: 0,
      letters: 0,
      links: 0,
      pendingSignIns: 0,
      alerts: 0,
      periods: 0,
    })
  })

  test('TOK-10 more than one batch is removed, in batches of a thousand', async () => {
    await database.transact(async ({ sessions }) => {
      for (let count = 0; count < 1_001; count += 1) await sessions.insert(session({ idleExpiresAt: now - 3 * day }))
      await sessions.insert(session({}))
    })
    const batches: number[] = []
    const sessions = {
      ...database.sessions,
      deleteEnded: async (before: number, limit: number) => {
        const removed = await database.sessions.deleteEnded(before, limit)
        batches.push(removed)
        return removed
      },
    }
    expect((await cleanUp({ ...database, sessions }, now)).sessions).toBe(1_001)
    expect(batches).toEqual([1_000, 1])
  })

  test('TOK-10 OAU-2 OAU-3 states and handles of sign-ins with providers are removed once they are over', async () => {
    const flow = { provider: 'discord', browserHash: 'b', returnTo: '/', linking: null, createdAt: 1 }
    for (const expiresAt of [now - 1, now]) {
      await database.oauthStates.insert({
        ...flow,
        purpose: 'sign_in',
        stateHash: `${expiresAt}`,
        frontend: '',
        expiresAt,
      })
      await database.oauthHandles.insert({
        ...flow,
        handleHash: `${expiresAt}`,
        purpose: 'link',
        sealed: '',
        expiresAt,
      })
    }
    expect(await cleanUp(database, now)).toMatchObject({ pendingSignIns: 2 })
    expect(await database.oauthStates.standing(`${now}`)).not.toBeNull()
    expect(await database.oauthHandles.standing(`${now}`)).not.toBeNull()
  })

  test('TOK-10 browsers that nobody used for 400 days, and attempts of 30 days ago, are removed', async () => {
    await database.accounts.rememberDevice(userId, 'old', now - 401 * day)
    await database.accounts.rememberDevice(userId, 'known', now - 399 * day)
    await database.accounts.beginUnknownDeviceAttempt('old', 100, now - 31 * day)
    await database.accounts.beginUnknownDeviceAttempt('recent', 100, now - 29 * day)
    expect(await cleanUp(database, now)).toMatchObject({ sessions: 0, devices: 2 })
    expect(await database.accounts.findKnownDevice(userId, ['old'])).toBeNull()
    expect(await database.accounts.findKnownDevice(userId, ['known'])).toBe('known')
  })

  test('TOK-10 two nodes that clean up at once remove each session once', async () => {
    for (let count = 0; count < 40; count += 1)
      await database.sessions.insert(session({ idleExpiresAt: now - 3 * day }))
    const other = place.open()
    const [one, two] = await Promise.all([cleanUp(database, now), cleanUp(other, now)])
    expect(one.sessions + two.sessions).toBe(40)
  })
})

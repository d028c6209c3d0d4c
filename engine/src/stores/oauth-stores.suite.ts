// The stores of sign-ins with providers.
import { expect, test } from 'vitest'
import type { Identity, SealedTokens } from '../identities/store.ts'
import type { OAuthHandle, OAuthState } from '../oauth/store.ts'
import { createSessionId, type UserId } from '../primitives/ids.ts'
import { randomToken } from '../primitives/random.ts'
import { openTwice } from './open-twice.suite.ts'
import { atOnce, countOf, type Place, sampleAccount, sampleIdentity, sampleSession } from './samples.suite.ts'

export const oauthStoresSuite = (newPlace: () => Promise<Place>): void => {
  const db = openTwice(newPlace)

  const user = async (): Promise<UserId> => {
    const account = sampleAccount()
    await db.one.accounts.insert(account)
    return account.id
  }
  const state = (changes: Partial<OAuthState> = {}): OAuthState => ({
    stateHash: randomToken(32),
    purpose: 'sign_in',
    provider: 'discord',
    browserHash: 'browser',
    frontend: 'https://shop.example.com',
    returnTo: '/orders',
    linking: null,
    createdAt: 1_000,
    expiresAt: 2_000,
    ...changes,
  })
  const handle = (changes: Partial<OAuthHandle> = {}): OAuthHandle => ({
    handleHash: randomToken(32),
    purpose: 'sign_in',
    provider: 'discord',
    browserHash: 'browser',
    sealed: 'v1.k1.sealed',
    returnTo: '/orders',
    linking: null,
    createdAt: 1_000,
    expiresAt: 2_000,
    ...changes,
  })
  const identity = (userId: UserId, changes: Partial<Identity> = {}): Identity => ({
    ...sampleIdentity(userId),
    ...changes,
  })
  const tokens = (changes: Partial<SealedTokens> = {}): SealedTokens => ({
    sealed: 'v1.k1.tokens',
    keyId: 'k1',
    expiresAt: 5_000,
    ...changes,
  })
  const at = (provider: string) => ({ provider, issuer: 'https://discord.com' })
  const sealedAs = (sealed: string) => tokens({ sealed })
  const read = async (row: Identity) => (await db.other.identities.findBySubject(row)) as Identity

  test('OAU-2 a state is good once, before its end, for its provider, in the browser that began', async () => {
    const row = state({ linking: { userId: await user(), sessionId: createSessionId() } })
    await db.one.oauthStates.insert(row)
    const use = (changes: object = {}, now = 1_999) =>
      db.other.oauthStates.use(
        { stateHash: row.stateHash, provider: 'discord', browserHashes: ['another', 'browser'], ...changes },
        now,
      )
    expect(await use({ stateHash: 'unknown' })).toBeNull()
    expect(await use({ provider: 'github' })).toBeNull()
    expect(await use({ browserHashes: ['another'] })).toBeNull()
    expect(await use({ browserHashes: [] })).toBeNull()
    expect(await use({}, 2_000)).toBeNull()
    expect(await db.one.oauthStates.standing(row.stateHash)).toEqual({
      provider: 'discord',
      usedAt: null,
      expiresAt: 2_000,
    })
    expect(await use()).toStrictEqual(row)
    expect(await use()).toBeNull()
    expect(await db.one.oauthStates.standing(row.stateHash)).toMatchObject({ usedAt: 1_999 })
    expect(await db.one.oauthStates.standing('unknown')).toBeNull()
  })

  test('OAU-2 of fifty who use one state at once, on two handles, one wins', async () => {
    const row = state()
    await db.one.oauthStates.insert(row)
    const wanted = { stateHash: row.stateHash, provider: 'discord', browserHashes: ['browser'] }
    const used = await atOnce(50, [db.one, db.other], ({ oauthStates }) => oauthStates.use(wanted, 1_500))
    expect(used.filter((each) => each !== null)).toStrictEqual([row])
  })

  test('OAU-3 a handle is good once, before its end, for what it was made for, in the browser that began', async () => {
    const row = handle({ purpose: 'link', linking: { userId: await user(), sessionId: createSessionId() } })
    await db.one.oauthHandles.insert(row)
    const wanted = { handleHash: row.handleHash, purpose: 'link', browserHashes: ['another', 'browser'] } as const
    const tries = [
      [{ handleHash: 'unknown' }, 1_500],
      [{ purpose: 'sign_in' }, 1_500],
      [{ browserHashes: ['another'] }, 1_500],
      [{ browserHashes: [] }, 1_500],
      [{}, 2_000],
    ] as const
    for (const [changes, now] of tries) {
      expect(await db.other.oauthHandles.find({ ...wanted, ...changes }, now)).toBeNull()
      expect(await db.other.oauthHandles.use({ ...wanted, ...changes }, now)).toBeNull()
    }
    expect(await db.other.oauthHandles.find(wanted, 1_500)).toStrictEqual(row)
    expect(await db.other.oauthHandles.use(wanted, 1_999)).toStrictEqual(row)
    expect(await db.other.oauthHandles.find(wanted, 1_999)).toBeNull()
    expect(await db.one.oauthHandles.standing(row.handleHash)).toEqual({
      provider: 'discord',
      usedAt: 1_999,
      expiresAt: 2_000,
    })
  })

  test('S-58 of fifty who use one handle at once, on two handles, one wins', async () => {
    const row = handle()
    await db.one.oauthHandles.insert(row)
    const wanted = { handleHash: row.handleHash, purpose: 'sign_in', browserHashes: ['browser'] } as const
    const used = await atOnce(50, [db.one, db.other], ({ oauthHandles }) => oauthHandles.use(wanted, 1_500))
    expect(used.filter((each) => each !== null)).toStrictEqual([row])
  })

  test('TOK-10 states and handles that are over are forgotten in batches, those that are good are not', async () => {
    const rows = [500, 501, 502, 503, 9_000].map((expiresAt) => state({ expiresAt }))
    for (const row of rows) await db.one.oauthStates.insert(row)
    expect([await db.one.oauthStates.deleteOld(503, 2), await db.one.oauthStates.deleteOld(503, 2)]).toEqual([2, 1])
    const handles = [500, 501, 502, 503, 9_000].map((expiresAt) => handle({ expiresAt }))
    for (const row of handles) await db.one.oauthHandles.insert(row)
    expect([await db.one.oauthHandles.deleteOld(503, 2), await db.one.oauthHandles.deleteOld(503, 2)]).toEqual([2, 1])
    const stand = (found: readonly ({ expiresAt: number } | null)[]) => found.map((each) => each?.expiresAt ?? null)
    const left = [null, null, null, 503, 9_000]
    expect(stand(await Promise.all(rows.map((row) => db.other.oauthStates.standing(row.stateHash))))).toEqual(left)
    expect(stand(await Promise.all(handles.map((row) => db.other.oauthHandles.standing(row.handleHash))))).toEqual(left)
  })

  test('OAU-6 identities come back as they were stored, the oldest first, and go with the account', async () => {
    const [ada, bert] = [await user(), await user()]
    const late = identity(ada, { createdAt: 2_000, tokens: tokens({ expiresAt: null }), refreshingUntil: 7 })
    const early = identity(ada, { provider: 'google', email: null, label: null, lastUsedAt: 1_500 })
    const theirs = identity(bert)
    for (const each of [late, early, theirs]) expect(await db.one.identities.insert(each)).toBe(true)
    expect(await db.other.identities.listOfUser(ada)).toStrictEqual([early, late])
    expect(await read(late)).toStrictEqual(late)
    expect(await db.other.identities.findBySubject({ ...late, subject: 'unknown' })).toBeNull()
    await db.one.accounts.delete(ada)
    expect(await db.other.identities.findBySubject(late)).toBeNull()
    expect(await db.other.identities.listOfUser(bert)).toStrictEqual([theirs])
  })

  test('S-23 the same subject at two providers is two identities; at one it is one, whoever comes at once', async () => {
    const people = [await user(), await user()] as const
    expect(await db.one.identities.insert(identity(people[0], { provider: 'google', subject: '42' }))).toBe(true)
    const added = await atOnce(20, [db.one, db.other], ({ identities }, index) =>
      identities.insert(identity(people[index % 2 === 0 ? 0 : 1], { subject: '42' })),
    )
    expect(countOf(added, true)).toBe(1)
    const atGoogle = { provider: 'google', issuer: 'https://discord.com', subject: '42' }
    expect(await db.other.identities.findBySubject(atGoogle)).toMatchObject({ userId: people[0] })
    // Nor is it the same one at another issuer, under whatever id.
    const elsewhere = { ...atGoogle, issuer: 'https://google.example' }
    expect(await db.other.identities.findBySubject(elsewhere)).toBeNull()
    expect(await db.one.identities.insert(identity(people[1], elsewhere))).toBe(true)
    expect(await db.other.identities.findBySubject(elsewhere)).toMatchObject({ userId: people[1] })
  })

  test('OAU-6 a sign-in is noted with what the provider says by now; of one that is gone it is not', async () => {
    const row = identity(await user())
    await db.one.identities.insert(row)
    const said = { email: null, label: '@countess', now: 3_000 }
    expect(await db.one.identities.noteUse(row.id, said)).toBe(true)
    expect(await read(row)).toStrictEqual({ ...row, email: null, label: '@countess', lastUsedAt: 3_000 })
    expect(await db.one.identities.noteUse('gone', said)).toBe(false)
    expect(await db.one.identities.putTokens('gone', tokens(), 1)).toBe(false)
  })

  test('OAU-6 S-86 only its owner removes an identity, once; all of one user go together', async () => {
    const [ada, mallory] = [await user(), await user()]
    const [row, ...others] = [identity(ada), identity(ada), identity(ada, { provider: 'google' })] as const
    for (const each of [row, ...others, identity(mallory)]) await db.one.identities.insert(each)
    expect(await db.one.identities.remove(mallory, row.id)).toBeNull()
    const removed = await atOnce(10, [db.one, db.other], ({ identities }) => identities.remove(ada, row.id))
    expect(removed.filter((each) => each !== null)).toStrictEqual([row])
    const ids = (await db.one.identities.removeAll(ada)).map(({ id }) => id)
    expect(ids.toSorted()).toEqual(others.map(({ id }) => id).toSorted())
    expect(await db.other.identities.listOfUser(mallory)).toHaveLength(1)
  })

  test('OAU-6 a disconnected identity is marked for its user alone, until that user takes it back or is gone', async () => {
    const [ada, bert] = [await user(), await user()]
    const [row, atGoogle] = [identity(ada), identity(ada, { provider: 'google' })]
    await db.one.identities.disown([row, atGoogle], 1)
    await db.one.identities.disown([row], 2)
    await db.one.identities.disown([], 2)
    expect(await db.other.identities.isDisowned(row)).toBe(true)
    expect(await db.other.identities.isDisowned({ ...row, userId: bert })).toBe(false)
    expect(await db.other.identities.isDisowned({ ...row, subject: 'another' })).toBe(false)
    expect(await db.other.identities.isDisowned({ ...row, issuer: 'another' })).toBe(false)
    await db.one.identities.takeBack(row)
    expect(await db.other.identities.isDisowned(row)).toBe(false)
    expect(await db.other.identities.isDisowned(atGoogle)).toBe(true)
    await db.one.accounts.delete(ada)
    expect(await db.other.identities.isDisowned(atGoogle)).toBe(false)
  })

  test('OAU-7 of many nodes that refresh the same tokens one has the turn, until it ends or its time is over', async () => {
    const row = identity(await user(), { tokens: tokens() })
    await db.one.identities.insert(row)
    const begin = (read: Identity, until: number, now: number) => db.other.identities.beginRefresh(read, until, now)
    const turns = await atOnce(20, [db.one, db.other], ({ identities }, index) =>
      identities.beginRefresh(row, 2_000 + index, 1_000),
    )
    expect(countOf(turns, true)).toBe(1)
    const until = 2_000 + turns.indexOf(true)
    expect(await begin({ ...row, tokens: sealedAs('others') }, 9_000, 8_000)).toBe(false)
    expect(await begin({ ...row, tokens: null }, 9_000, 8_000)).toBe(false)
    await db.one.identities.leaveRefresh({ id: row.id, until: until + 1 })
    expect(await begin(row, until + 1_000, until - 1)).toBe(false)
    // Its node was killed.
    expect(await begin(row, until + 1_000, until)).toBe(true)
    expect(await db.one.identities.endRefresh({ id: row.id, until }, sealedAs('too late'))).toBe(false)
    expect(await db.one.identities.endRefresh({ id: row.id, until: until + 1_000 }, sealedAs('next'))).toBe(true)
    expect(await read(row)).toMatchObject({ tokens: { sealed: 'next' }, refreshingUntil: null })
  })

  test('OAU-7 tokens that came with a new sign-in are not overwritten by a refresh that was under way', async () => {
    const row = identity(await user(), { tokens: tokens() })
    await db.one.identities.insert(row)
    await db.one.identities.beginRefresh(row, 2_000, 1_000)
    expect(await db.other.identities.putTokens(row.id, sealedAs('consented anew'), 9_000)).toBe(true)
    expect(await db.one.identities.endRefresh({ id: row.id, until: 2_000 }, null)).toBe(false)
    expect((await read(row)).tokens).toEqual(sealedAs('consented anew'))
  })

  test('OAU-7 a refresh that failed gives its turn back; one that was refused drops the tokens', async () => {
    const row = identity(await user(), { tokens: tokens() })
    await db.one.identities.insert(row)
    await db.one.identities.beginRefresh(row, 2_000, 1_000)
    await db.one.identities.leaveRefresh({ id: row.id, until: 2_000 })
    expect(await read(row)).toStrictEqual(row)
    await db.one.identities.beginRefresh(row, 3_000, 1_000)
    expect(await db.one.identities.endRefresh({ id: row.id, until: 3_000 }, null)).toBe(true)
    expect(await read(row)).toStrictEqual({ ...row, tokens: null })
  })

  test('OAU-7 TOK-9 tokens under an older key are found, and sealed anew once, while a refresh goes on', async () => {
    const userId = await user()
    const rows = ['k1', 'k1', 'k2'].map((keyId) => identity(userId, { tokens: tokens({ keyId }) }))
    for (const each of [...rows, identity(userId)]) await db.one.identities.insert(each)
    const mine = (found: readonly Identity[]) => found.filter((each) => each.userId === userId).map(({ id }) => id)
    const [first, second] = rows.slice(0, 2).toSorted((a, b) => (a.id < b.id ? -1 : 1)) as [Identity, Identity]
    expect(mine(await db.one.identities.listNotUnder('k2', null, 100))).toEqual([first.id, second.id])
    expect(mine(await db.one.identities.listNotUnder('k2', first.id, 100))).toEqual([second.id])
    expect(await db.one.identities.listNotUnder('k2', null, 1)).toHaveLength(1)
    await db.one.identities.beginRefresh(first, 2_000, 1_000)
    const sealed = await atOnce(10, [db.one, db.other], ({ identities }) =>
      identities.replaceSealed(first, 'v1.k2.anew', 'k2'),
    )
    expect(countOf(sealed, true)).toBe(1)
    const anew = { sealed: 'v1.k2.anew', keyId: 'k2', expiresAt: 5_000 }
    expect(await read(first)).toStrictEqual({ ...first, tokens: anew, refreshingUntil: 2_000 })
    expect(await db.one.identities.replaceSealed({ ...second, tokens: null }, 'x', 'k2')).toBe(false)
  })

  test('RES-3 who is called for: the identity consented to last, and when a session of the user was last ended', async () => {
    const [userId, another] = [await user(), await user()]
    expect(await db.one.identities.findToCall(userId, at('discord'))).toBeNull()
    const [old, latest, usedLast] = [
      identity(userId, { grantedAt: 50 }),
      identity(userId, { grantedAt: 60 }),
      identity(userId, { grantedAt: 40, lastUsedAt: 99 }),
    ]
    const elsewhere = identity(userId, { provider: 'github' })
    for (const row of [old, latest, usedLast, elsewhere, identity(another, { grantedAt: 99 })])
      await db.one.identities.insert(row)
    expect(await db.other.identities.findToCall(userId, at('discord'))).toEqual({ identity: latest, signedOutAt: null })
    expect(await db.other.identities.findToCall(userId, at('github'))).toEqual({
      identity: elsewhere,
      signedOutAt: null,
    })

    const sessions = [sampleSession({ userId }), sampleSession({ userId }), sampleSession({ userId })]
    for (const session of [...sessions, sampleSession({ userId: another })]) await db.one.sessions.insert(session)
    await db.one.sessions.revokeAllOfUser(another, 'signed_out', 900, null)
    expect(await db.other.identities.findToCall(userId, at('discord'))).toMatchObject({ signedOutAt: null })
    await db.one.sessions.revoke([sessions[0]!.id], 'signed_out', 300)
    await db.one.sessions.revoke([sessions[1]!.id], 'signed_out', 200)
    expect(await db.other.identities.findToCall(userId, at('discord'))).toMatchObject({ signedOutAt: 300 })

    await db.one.accounts.setActive(userId, false, 400)
    expect(await db.other.identities.findToCall(userId, at('discord'))).toBeNull()
    await db.one.accounts.setActive(userId, true, 500)
    expect(await db.other.identities.findToCall(userId, at('discord'))).toMatchObject({ identity: latest })
  })
}

import { afterAll, beforeAll, expect, test } from 'vitest'
import { deriveKeys } from '../keys/derive.ts'
import { sealAllAnew } from '../keys/seal-all-anew.ts'
import type { UserId } from '../primitives/ids.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import { openRig, type Rig } from '../sessions/rig.suite.ts'
import { sampleAccount, sampleIdentity } from '../stores/samples.suite.ts'
import { openTokens, sealedTokens, sealTokens, type Tokens } from './sealed-tokens.ts'
import type { Identity } from './store.ts'

const keyOf = (name: string) => deriveKeys(`the ${name} secret of this test, long enough`)
const [old, lost, next] = [keyOf('old'), keyOf('lost'), keyOf('next')]
const keyringOf = (...keys: ReturnType<typeof keyOf>[]) => ({
  find: async (id: string) => keys.find((key) => key.id === id) ?? null,
  newest: () => keys[0] as ReturnType<typeof keyOf>,
})

let rig: Rig
let ada: UserId
beforeAll(async () => {
  rig = await openRig()
  const account = sampleAccount()
  ada = account.id
  await rig.database.accounts.insert(account)
})
afterAll(() => rig?.close())

const given: Tokens = { accessToken: 'access-1', refreshToken: 'refresh-1', expiresAt: 5_000, scope: 'identify email' }
const sealedBy = (key: ReturnType<typeof keyOf>, tokens = given): Identity => {
  const identity = sampleIdentity(ada)
  return { ...identity, tokens: sealTokens(keyringOf(key), identity, tokens) }
}

test('OAU-7 tokens are ciphertext in the row, and open for it alone: moved to another row they do not', async () => {
  const mine = sealedBy(old)
  expect(mine.tokens).toMatchObject({ keyId: old.id, expiresAt: 5_000 })
  expect(JSON.stringify(mine)).not.toMatch(/access-1|refresh-1/)
  expect(await openTokens(keyringOf(old), mine)).toStrictEqual(given)
  for (const moved of [
    { ...mine, id: sampleIdentity(ada).id },
    { ...mine, userId: sampleAccount().id },
  ])
    await expect(openTokens(keyringOf(old), moved)).rejects.toThrow(/authenticate/)
  expect(await openTokens(keyringOf(old), { ...mine, tokens: null })).toBeNull()
  await expect(openTokens(keyringOf(next), mine)).rejects.toThrow(UnavailableError)
})

test('OAU-7 TOK-9 the hourly job seals tokens with the newest key, so that the old one can be dropped', async () => {
  const { identities } = rig.database
  const rows = [sealedBy(old), sealedBy(lost), sealedBy(next), sealedBy(old, { ...given, expiresAt: null })] as const
  for (const row of rows) await identities.insert(row)
  const logged = rig.logged.length
  const keyring = keyringOf(next, old)
  const sealAnew = () => sealAllAnew({ keyring, log: rig.deps.log }, sealedTokens({ keyring, identities }))
  expect(await sealAnew()).toBe(2)
  expect(rig.logged.slice(logged)).toMatchObject([{ level: 'error', fields: { alert: 'tokens_sealed', key: lost.id } }])
  expect((await identities.listNotUnder(next.id, null, 10)).map(({ id }) => id)).toEqual([rows[1].id])
  const anew = await identities.findBySubject(rows[0])
  expect(anew && (await openTokens(keyringOf(next), anew))).toStrictEqual(given)
  expect(anew?.tokens?.expiresAt).toBe(5_000)
  expect(await sealAnew()).toBe(0)
})

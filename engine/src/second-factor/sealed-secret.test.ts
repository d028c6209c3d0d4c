import { afterAll, beforeAll, expect, test } from 'vitest'
import { deriveKeys } from '../keys/derive.ts'
import { sealAllAnew } from '../keys/seal-all-anew.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import { openRig, type Rig } from '../sessions/rig.suite.ts'
import { sampleAccount } from '../stores/samples.suite.ts'
import { openSecret, sealedSecrets, sealSecret } from './sealed-secret.ts'

const keyOf = (name: string) => deriveKeys(`the ${name} secret of this test, long enough`)
const [old, lost, next] = [keyOf('old'), keyOf('lost'), keyOf('next')]
/** What a node knows, newest first. */
const keyringOf = (...keys: ReturnType<typeof keyOf>[]) => ({
  find: async (id: string) => keys.find((key) => key.id === id) ?? null,
  newest: () => keys[0] as ReturnType<typeof keyOf>,
})

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
})
afterAll(() => rig?.close())

test('TOK-9 ACC-5 secrets of apps are sealed with the newest key, so that the old one can be dropped', async () => {
  const { totp, accounts } = rig.database
  const secretOf = new Map<string, string>()
  for (let count = 0; count < 450; count += 1) {
    const account = sampleAccount()
    await accounts.insert(account)
    const secret = `SECRET${count}`
    secretOf.set(account.id, secret)
    const sealed = sealSecret(keyringOf(count === 7 ? lost : old), account.id, secret)
    await totp.put({ userId: account.id, ...sealed, lastStep: count, createdAt: 1 })
  }
  const logged = rig.logged.length
  const keyring = keyringOf(next, old)
  const sealAnew = () => sealAllAnew({ keyring, log: rig.deps.log }, sealedSecrets({ keyring, totp }))
  expect(await sealAnew()).toBe(449)
  // One that no key here opens is left as it is, and named; no round goes on for ever.
  expect(rig.logged.slice(logged)).toMatchObject([{ level: 'error', fields: { alert: 'totp_sealed', key: lost.id } }])
  const left = await totp.listNotUnder(next.id, null, 10)
  expect(left.map(({ keyId }) => keyId)).toEqual([lost.id])
  for (const [userId, secret] of [...secretOf].slice(10, 20)) {
    const factor = await totp.find(userId as never)
    if (!factor) throw new Error('an app is gone')
    expect(await openSecret(keyringOf(next), factor)).toBe(secret)
    // Not yet known here: a part that is missing, not a wrong code.
    await expect(openSecret(keyringOf(old), factor)).rejects.toThrow(UnavailableError)
  }
  expect(await sealAnew()).toBe(0)
})

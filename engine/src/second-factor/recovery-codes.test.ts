import { expect, test } from 'vitest'
import type { UserId } from '../primitives/ids.ts'
import { recoveryCodeHash, recoveryCodesOfFirst } from './recovery-codes.ts'

const ada = 'AAAAAAAAAAAAAAAAAAAAAA' as UserId
const bob = 'BBBBBBBBBBBBBBBBBBBBBB' as UserId

test('ACC-5 ten codes of 80 bits come with the first factor, and are kept as hashes', async () => {
  const kept: string[] = []
  const recoveryCodes = { replaceAll: async (_: UserId, hashes: readonly string[]) => void kept.push(...hashes) }
  const none = { totp: false, passkeys: 0, recoveryCodes: 0 }
  const codes = await recoveryCodesOfFirst({ recoveryCodes }, { userId: ada, before: none, now: 1 })
  expect(new Set(codes).size).toBe(10)
  for (const code of codes ?? [])
    expect(code).toMatch(/^[0-9abcdefghjkmnpqrstvwxyz]{4}(-[0-9abcdefghjkmnpqrstvwxyz]{4}){3}$/)
  expect(kept).toEqual(codes?.map((code) => recoveryCodeHash(ada, code)))
  for (const before of [
    { ...none, totp: true },
    { ...none, passkeys: 1 },
  ])
    expect(await recoveryCodesOfFirst({ recoveryCodes }, { userId: ada, before, now: 1 })).toBeNull()
  expect(kept).toHaveLength(10)
})

test('ACC-5 a code is read as it was written or read out, and is the account’s own', () => {
  const hash = recoveryCodeHash(ada, 'x1k0-9mfq-3tbw-e0ra')
  for (const typed of [
    'X1K0-9MFQ-3TBW-E0RA',
    'x1k09mfq3tbwe0ra',
    ' xIkO 9mfq 3tbw eora ',
    'xLk0–9mfq-3tbw-e0ra'.replace('–', '-'),
  ])
    expect(recoveryCodeHash(ada, typed)).toBe(hash)
  expect(recoveryCodeHash(ada, 'x1k0-9mfq-3tbw-e0rb')).not.toBe(hash)
  expect(recoveryCodeHash(bob, 'x1k0-9mfq-3tbw-e0ra')).not.toBe(hash)
})

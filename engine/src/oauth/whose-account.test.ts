import { expect, test } from 'vitest'
import { createUserId } from '../primitives/ids.ts'
import { type Claim, whoseAccount } from './whose-account.ts'

const [mine, theirs] = [createUserId(), createUserId()]
const identity = { userId: mine }
const proven = { id: theirs, emailVerifiedAt: 1 }
const unproven = { id: theirs, emailVerifiedAt: null }

/** One row: what is so, and what comes of it. Where a column says nothing, it makes no difference. */
const all = function* (): Generator<readonly [Claim, string]> {
  for (const known of [identity, null])
    for (const hasEmail of [true, false])
      for (const emailVerified of [true, false])
        for (const account of [proven, unproven, null])
          for (const signUpOpen of [true, false]) {
            for (const isDisowned of account === null ? [false] : [true, false]) {
              const claim = { identity: known, hasEmail, emailVerified, account, isDisowned, signUpOpen }
              yield [claim, decided(claim)]
            }
          }
}
const decided = ({ identity: known, hasEmail, emailVerified, account, isDisowned, signUpOpen }: Claim): string => {
  const row = [
    known ? 'known' : 'new',
    hasEmail ? 'email' : '-',
    emailVerified ? 'vouched' : '-',
    account === null ? '-' : isDisowned ? 'disowned' : account.emailVerifiedAt === null ? 'unproven' : 'proven',
    signUpOpen ? 'open' : '-',
  ]
  const found = table.find(([columns]) => columns.every((column, index) => column === '*' || column === row[index]))
  return found?.[1] ?? 'nothing'
}
const table: readonly (readonly [readonly string[], string])[] = [
  // identity, email, vouched for by the provider, the account that has it, sign-up
  [['known', '*', '*', '*', '*'], 'known'],
  [['new', '-', '*', '*', '*'], 'email_missing'],
  [['new', 'email', '-', '*', '*'], 'email_unverified'],
  [['new', 'email', 'vouched', 'unproven', '*'], 'account_exists'],
  [['new', 'email', 'vouched', 'disowned', '*'], 'account_exists'],
  [['new', 'email', 'vouched', 'proven', '*'], 'connect'],
  [['new', 'email', 'vouched', '-', 'open'], 'new'],
  [['new', 'email', 'vouched', '-', '-'], 'sign_up_closed'],
]

test('OAU-6 S-23 H-3 who gets which account, for all that can be', () => {
  const seen = [...all()]
  expect(seen).toHaveLength(80)
  for (const [claim, expected] of seen) {
    const decision = whoseAccount(claim)
    expect([claim, decision.kind === 'refused' ? decision.error : decision.kind]).toEqual([claim, expected])
    // An identity is never anybody else's, whoever has the email that the provider gives by now.
    if (decision.kind === 'known') expect(decision.userId).toBe(mine)
    if (decision.kind === 'connect') expect(decision.userId).toBe(theirs)
  }
})

test('H-3 no account is found or made by an address that nobody vouches for', () => {
  for (const [claim, outcome] of all()) {
    const isByEmail = outcome === 'connect' || outcome === 'new'
    if (isByEmail) expect(claim).toMatchObject({ identity: null, hasEmail: true, emailVerified: true })
    if (outcome === 'connect') expect(claim.account?.emailVerifiedAt).not.toBeNull()
  }
})

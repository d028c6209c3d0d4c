// Challenges of WebAuthn ceremonies (S-25): 16 random bytes and a MAC, so that every node knows each of them and a page that is
// merely opened stores nothing. Each is good for five minutes, for one purpose and for one answer, right or wrong.
import { createChallenges } from '../binding/challenges.ts'
import type { UsedProofStore } from '../binding/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import { sha256 } from '../primitives/hash.ts'
import type { UserId } from '../primitives/ids.ts'
import { type Refused, refused } from './fault.ts'

const minutes = 5

/** What the browser may take its time with, in milliseconds: one window less than the challenge is good for at most. */
export const ceremonyMs = (minutes - 1) * 60_000

/** S-22: a challenge for one account, or for one sign-in that waits for its second factor, is of no use to another. */
export type Purpose = 'sign-in' | `add.${UserId}` | `second-factor.${string}`

export type PasskeyChallenges = {
  /** The text that the authenticator signs the base64url of. */
  issue(purpose: Purpose): string
  /** Uses up a challenge, as the browser gave it back. Null: it was good. */
  take(given: string, purpose: Purpose): Promise<Refused | null>
}

export const createPasskeyChallenges = (deps: {
  readonly keyring: Pick<Keyring, 'find' | 'newest'>
  readonly usedProofs: UsedProofStore
  readonly clock: Clock
}): PasskeyChallenges => {
  const challenges = createChallenges({ ...deps, minutes })
  const purposeOf = (purpose: Purpose) => `passkey.${purpose}`
  return {
    issue: (purpose) => challenges.issue(purposeOf(purpose)),
    take: async (given, purpose) => {
      const challenge = Buffer.from(given, 'base64url').toString('latin1')
      const until = await challenges.check(challenge, purposeOf(purpose))
      if (until === null) return refused('challenge')
      const isFirst = await deps.usedProofs.take(sha256(`passkey.${challenge}`, 'base64url'), until)
      return isFirst ? null : refused('challenge_used')
    },
  }
}

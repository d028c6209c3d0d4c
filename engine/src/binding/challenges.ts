// Challenges that a browser signs by itself (W3C Device Bound Session Credentials): a nonce for one purpose, and no two alike,
// since each is taken once. Derived like the nonces: every node knows each of them, and none is stored.
import { randomToken } from '../primitives/random.ts'
import type { Nonces } from './nonces.ts'

/** `random.nonce`. As `Nonces`, apart from being unique. */
export type Challenges = Nonces

export const createChallenges = (nonces: Nonces): Challenges => ({
  issue: (purpose) => {
    const unique = randomToken(16)
    return `${unique}.${nonces.issue(`${purpose}.${unique}`)}`
  },
  check: (challenge, purpose) => {
    const end = challenge.indexOf('.')
    return nonces.check(challenge.slice(end + 1), `${purpose}.${challenge.slice(0, end)}`)
  },
})

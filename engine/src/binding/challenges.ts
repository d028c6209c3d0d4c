// Challenges that a browser signs by itself (W3C Device Bound Session Credentials): a nonce for one purpose, and no two alike,
// since each is taken once. Derived like the nonces: every node knows each of them, and none is stored.
import { randomToken } from '../primitives/random.ts'
import { createNonces, type Nonces } from './nonces.ts'

/** `random.nonce`. As `Nonces`, apart from being unique. */
export type Challenges = Nonces

/**
 * So long a challenge is good, unless another time is asked for: one that came with a cookie is still so when that cookie ends, five minutes later. Else the
 * browser would sign twice each time, and it signs six times in nine minutes for a whole site, no more (Chromium 156).
 */
const usualMinutes = 10

export const createChallenges = (deps: Parameters<typeof createNonces>[0]): Challenges => {
  const nonces = createNonces({ minutes: usualMinutes, ...deps })
  return {
    issue: (purpose) => {
      const unique = randomToken(16)
      return `${unique}.${nonces.issue(`${purpose}.${unique}`)}`
    },
    check: (challenge, purpose) => {
      const end = challenge.indexOf('.')
      return nonces.check(challenge.slice(end + 1), `${purpose}.${challenge.slice(0, end)}`)
    },
  }
}

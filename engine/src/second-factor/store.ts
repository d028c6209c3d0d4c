// What is stored of second factors, and of sign-ins that wait for one. Times are epoch milliseconds.
import type { UserId } from '../primitives/ids.ts'

/** The first factor of a sign-in. */
export type WayIn = 'password' | 'sign_up' | 'magic_link'

/** A sign-in whose first factor was right. It opens nothing but the proof of the second (H-1). */
export type PendingSignIn = {
  readonly tokenHash: string
  readonly userId: UserId
  readonly by: WayIn
  readonly createdAt: number
  readonly expiresAt: number
}

export interface PendingSignInStore {
  insert(row: PendingSignIn): Promise<void>
  /** Of these the newest that still waits: neither ended nor expired. */
  findWaiting(tokenHashes: readonly string[], now: number): Promise<PendingSignIn | null>
  /** Counts one more try, unless it is over or `max` were made: one conditional statement, before the code is looked at (H-14). */
  beginTry(tokenHash: string, max: number, now: number): Promise<boolean>
  /** A try that was counted, but could not be made. */
  takeBackTry(tokenHash: string): Promise<void>
  /** Ends it: one conditional statement, so that of many requests one wins. False: it was over. */
  end(tokenHash: string, now: number): Promise<boolean>
  /** Forgets up to `limit` that expired before; the number forgotten. Locks nothing that others need. */
  deleteOld(before: number, limit: number): Promise<number>
}

/** What an account has to prove itself with. */
export type HeldFactors = {
  readonly totp: boolean
  readonly passkeys: number
  /** Codes that are not used yet. */
  readonly recoveryCodes: number
}

export interface FactorStore {
  /** In one statement: every sign-in asks. */
  held(userId: UserId): Promise<HeldFactors>
}

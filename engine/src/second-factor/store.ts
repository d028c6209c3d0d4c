// What is stored of second factors, and of sign-ins that wait for one. Times are epoch milliseconds.
import type { UserId } from '../primitives/ids.ts'

/** The first factor of a sign-in. */
export type WayIn = 'password' | 'sign_up' | 'magic_link' | 'oauth'

/** A sign-in whose first factor was right. It opens nothing but the proof of the second (H-1). */
export type PendingSignIn = {
  readonly tokenHash: string
  readonly userId: UserId
  readonly by: WayIn
  /** What the provider gave with it, sealed and bound to this sign-in; null: nothing. */
  readonly grant: string | null
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
  /** Ends it: one conditional statement, so that of many requests one wins. What it held is forgotten. False: it was over. */
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

/** An authenticator app. */
export type TotpFactor = {
  readonly userId: UserId
  /** The secret, sealed. */
  readonly sealed: string
  /** The key that it is sealed with. */
  readonly keyId: string
  /** The step of the last code that was used. */
  readonly lastStep: number
  readonly createdAt: number
}

/** A secret that waits for its first code. */
export type TotpEnrolment = Pick<TotpFactor, 'userId' | 'sealed' | 'createdAt'> & { readonly expiresAt: number }

export interface TotpStore {
  find(userId: UserId): Promise<TotpFactor | null>
  /** Adds it, in place of the one before. */
  put(factor: TotpFactor): Promise<void>
  /**
   * Uses up the codes of this step and of those before, of the very secret that was read: one conditional statement, so that
   * of many requests on many nodes one wins (S-20). False: used already, or the secret is another one by now.
   */
  useStep(factor: Pick<TotpFactor, 'userId' | 'createdAt'>, step: number): Promise<boolean>
  /** Puts the same secret under another seal, if it still is the one that was read. */
  replaceSealed(factor: TotpFactor, sealed: string, keyId: string): Promise<boolean>
  /** Up to `limit` that are sealed with other keys than this one, by user, after `after`. */
  listNotUnder(keyId: string, after: UserId | null, limit: number): Promise<readonly TotpFactor[]>
  /** False: there was none. */
  remove(userId: UserId): Promise<boolean>
  /** In place of the one before. */
  beginEnrolment(enrolment: TotpEnrolment): Promise<void>
  findEnrolment(userId: UserId, now: number): Promise<TotpEnrolment | null>
  /** Ends the very one that was read. False: it is over, or another one took its place. */
  endEnrolment(enrolment: TotpEnrolment): Promise<boolean>
  /** Forgets up to `limit` that expired before; the number forgotten. */
  deleteOldEnrolments(before: number, limit: number): Promise<number>
}

export interface RecoveryCodeStore {
  replaceAll(userId: UserId, codeHashes: readonly string[], now: number): Promise<void>
  /** Uses a code up: one conditional statement, one winner. */
  use(userId: UserId, codeHash: string, now: number): Promise<boolean>
  /** Those made at `since` or later; default: all. */
  removeAll(userId: UserId, since?: number): Promise<void>
}

import type { Locale } from '@vigile/contract'
import type { UserId } from '../primitives/ids.ts'
import type { Email } from './email.ts'

export type Account = {
  readonly id: UserId
  /** What mail is sent to: NFKC, trimmed, the domain in ASCII. */
  readonly email: string
  /** What two spellings of one address share; unique. */
  readonly emailKey: string
  readonly emailVerifiedAt: number | null
  readonly name: string | null
  readonly image: string | null
  readonly locale: Locale | null
  readonly isActive: boolean
  readonly passwordHash: string | null
  readonly createdAt: number
  /** Also the version of the account: greater with every change. */
  readonly updatedAt: number
}

/** A browser that the account knows from a sign-in. Epoch milliseconds. */
export type KnownDevice = { readonly firstSeenAt: number; readonly lastSeenAt: number }

/** S-11: so many failures in a row from unknown devices, and sign-in from unknown devices closes (LIM-7). */
export const maxFailuresInARow = 100

/** Where sign-in, or the second factor, takes no more attempts until the mailbox is proven. */
export type Closed = {
  /** What attempts are counted by. */
  readonly name: string
  /** Whose account it was at the last attempt; null or nobody's where there was none. */
  readonly userId: string | null
  readonly failed: number
  readonly lastAt: number
}

/** An account, an email, or what one of them is counted by. */
export type Whose = { readonly userId: string; readonly emailHash: string }

/** `next` is opaque, and holds even when the account it was made from is deleted meanwhile. */
export type AccountPage = { readonly accounts: readonly Account[]; readonly next: string | null }

/** Two accounts wanted one email at the same moment, and the other one has it. Nothing of the transaction is kept. */
export class EmailTakenError extends Error {}

export interface AccountStore {
  findByEmailKey(emailKey: string): Promise<Account | null>
  findById(id: UserId): Promise<Account | null>
  /** Up to 1,000 accounts in one statement. */
  findMany(ids: readonly UserId[]): Promise<readonly Account[]>
  /**
   * With the role `user`, where there is one of that name: so every way of making an account gives it. False: the email is taken (one
   * statement, one winner in a race).
   */
  insert(account: Account): Promise<boolean>
  /**
   * Locks the row until the commit, if the account still is active and its hash still is `expectedHash`; stores
   * `upgradedHash` where one is given. False: it changed meanwhile; the sign-in must not go on.
   */
  confirmPassword(id: UserId, expectedHash: string, upgradedHash: string | null, now: number): Promise<boolean>
  /** Locks the row until the commit, disabled or not. False: there is none. */
  lock(id: UserId): Promise<boolean>
  /** Gives the account another version: what hangs on it changed. False: there is none. */
  raiseVersion(id: UserId, now: number): Promise<boolean>
  /** Locks the row until the commit, and gives the account. Null: there is none, or it is disabled. */
  lockActive(id: UserId): Promise<Account | null>
  /** Replaces the hash if it still is `expectedHash` (null: whatever it is); by null, which closes sign-in by password. */
  replacePassword(id: UserId, expectedHash: string | null, passwordHash: string | null, now: number): Promise<boolean>
  /** False: no such account, or it was so already. */
  setActive(id: UserId, isActive: boolean, now: number): Promise<boolean>
  /** False: the account changed since it was read, in what is searched for. */
  setProfile(
    read: Account,
    profile: { readonly name: string | null; readonly locale: Locale | null },
    now: number,
  ): Promise<boolean>
  setEmailVerified(id: UserId, now: number): Promise<boolean>
  /**
   * Changes the email to one that is proven, if the account still is active and has the email that it had when it was read.
   * False: it has not, or the new one is taken. Throws `EmailTakenError` where it is being taken at this very moment.
   */
  changeEmail(account: Account, email: Email, now: number): Promise<boolean>
  /** Removes the account and what hangs on it (sessions, devices). */
  delete(id: UserId): Promise<boolean>
  /** By creation, oldest first, after `after` (a `next`; one that is unreadable gives no accounts); `search` matches a part of the email or name, whatever the case; `roleId`: only who has the role. */
  list(input: {
    readonly after: string | null
    readonly limit: number
    readonly search: string | null
    readonly isActive?: boolean
    readonly roleId?: string
  }): Promise<AccountPage>

  /**
   * Counts one more password attempt from an unknown device against the email, unless `max` have failed in a row: one
   * conditional statement. `emailHash` also stands for emails without an account, so that both do the same work.
   * Gives how many there are in a row with this one; null: `max` have failed. `userId`: whose account it is about, for operators.
   */
  beginUnknownDeviceAttempt(emailHash: string, max: number, now: number, userId?: UserId): Promise<number | null>
  /** An attempt that was counted, but could not be made. */
  takeBackUnknownDeviceAttempt(emailHash: string): Promise<void>
  clearUnknownDeviceAttempts(emailHash: string): Promise<void>
  /** Where `maxFailuresInARow` have failed, the last first; all, or those of one account or email. */
  listClosed(whose: Partial<Whose> | null, limit: number): Promise<readonly Closed[]>
  /** Opens it again. False: it is not closed. */
  openClosed(name: string): Promise<boolean>
  /** The same for several names, and for what was counted under them by browsers that the account still knows. */
  clearAllAttempts(userId: UserId, names: readonly string[]): Promise<void>
  /** The one of these by which the account knows the browser, from a sign-in before. A hash is particular to the account. */
  findKnownDevice(userId: UserId, deviceHashes: readonly string[]): Promise<string | null>
  /** The last seen first. */
  listDevices(userId: UserId): Promise<readonly KnownDevice[]>
  /** An account knows the 50 browsers that it last saw. Whether it knew this one; `first`: it knew none at all. */
  rememberDevice(userId: UserId, deviceHash: string, now: number): Promise<'known' | 'another' | 'first'>
  /** Forgets the browsers that signed in for the first time at `since` or later. */
  forgetDevices(userId: UserId, since: number): Promise<void>
  /** Removes devices and attempt counters last touched before the given times; the number removed. */
  deleteStale(input: {
    readonly devicesBefore: number
    readonly attemptsBefore: number
    readonly limit: number
  }): Promise<number>
}

import type { UserId } from '../primitives/ids.ts'

/** What a link is for. A token serves the one purpose that it was made for. */
export type Purpose = 'verify_email' | 'reset_password' | 'change_email' | 'magic_link' | 'not_me' | 'keep_account'

export type OneTimeTokenRow = {
  readonly tokenHash: string
  readonly purpose: Purpose
  /** Null: of an address that has no account, so that asking for it costs as much (S-13). Nobody holds its token. */
  readonly userId: UserId | null
  /** What two spellings of the address share. Whoever has the token reads its mail. */
  readonly emailKey: string
  /** What the link is about beyond its purpose, as text of whoever issues it; null: nothing. */
  readonly about: string | null
  readonly createdAt: number
  readonly expiresAt: number
}

/** Whose token it was, and the mailbox that it proves. */
export type OneTimeUse = { readonly userId: UserId; readonly emailKey: string; readonly about: string | null }

export interface OneTimeTokenStore {
  insert(row: OneTimeTokenRow): Promise<void>
  /** Whose token it is, while it is good. It uses nothing up. */
  find(tokenHash: string, purpose: Purpose, now: number): Promise<OneTimeUse | null>
  /** Uses the token up: one conditional statement, so that of two requests one wins. Null: unknown, used or expired. */
  use(tokenHash: string, purpose: Purpose, now: number): Promise<OneTimeUse | null>
  /** Ends what else the user holds for this purpose, as far as it was made at `since` or later (default: all). */
  endAll(userId: UserId, purpose: Purpose, now: number, since?: number): Promise<void>
  /** What the user holds for this purpose and is still good; the 1,000 oldest, the oldest first. */
  list(userId: UserId, purpose: Purpose, now: number): Promise<readonly OneTimeUse[]>
  /** What those are about that the user was given for this purpose at `since` or later, and that were not used. */
  aboutsSince(userId: UserId, purpose: Purpose, since: number): Promise<readonly (string | null)[]>
  /** Forgets up to `limit` tokens that expired before; the number forgotten. Locks nothing that others need. */
  deleteOld(before: number, limit: number): Promise<number>
}

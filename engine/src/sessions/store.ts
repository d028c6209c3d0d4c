import type { SessionEndReason } from '@vigile/contract'
import type { BoundKey } from '../binding/bound-key.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'

/** One row a session (PROTOCOL.md, "State"). Times are epoch milliseconds of the database's clock. */
export type SessionRow = {
  readonly id: SessionId
  readonly userId: UserId
  readonly generation: number
  readonly issue: number
  readonly winner: number | null
  readonly previousWinner: number | null
  readonly rotatedAt: number
  readonly issuedAt: number
  readonly durable: boolean
  readonly keyId: string
  readonly boundKey: BoundKey | null
  readonly replaces: SessionId | null
  readonly idleExpiresAt: number
  readonly expiresAt: number
  readonly revokedAt: number | null
  readonly revokedReason: SessionEndReason | null
  readonly createdAt: number
  readonly authenticatedAt: number
  /** Whether that sign-in proved a second factor: one of its own, or a passkey, which is both. */
  readonly secondFactor: boolean
  readonly lastUsedAt: number
  readonly ip: string | null
  readonly userAgent: string | null
}

/** What a decision may change. */
export type SessionChange = Partial<
  Pick<
    SessionRow,
    | 'generation'
    | 'issue'
    | 'winner'
    | 'previousWinner'
    | 'rotatedAt'
    | 'issuedAt'
    | 'durable'
    | 'keyId'
    | 'idleExpiresAt'
    | 'replaces'
    | 'boundKey'
  >
>

export type RevokedSession = { readonly id: SessionId; readonly userId: UserId }

export interface SessionStore {
  /** The session and the database's time, told by the same statement. */
  find(id: SessionId): Promise<{ readonly session: SessionRow | null; readonly now: number }>
  /** The same for up to 1,000 sessions in one statement. */
  findMany(ids: readonly SessionId[]): Promise<{ readonly sessions: readonly SessionRow[]; readonly now: number }>
  /** The same, with the version that each one's account has, and that of the roles: every change gives another. */
  findManyWithVersions(ids: readonly SessionId[]): Promise<{
    readonly sessions: readonly SessionRow[]
    readonly versions: ReadonlyMap<UserId, number>
    readonly rolesVersion: number
    readonly now: number
  }>
  insert(session: SessionRow): Promise<void>
  /**
   * One conditional UPDATE: changes the row only if it is not revoked and every protocol field still is as it was read
   * (generation, issue, winner, previousWinner, durable, rotatedAt, issuedAt, keyId, idleExpiresAt, replaces, boundKey). Sets
   * `lastUsedAt` too. False: nothing changed, read again and decide again.
   */
  change(read: SessionRow, change: SessionChange, lastUsedAt: number): Promise<boolean>
  /** Ends those of the sessions that were not revoked yet, and says which. Revocation is terminal: the first reason stays. */
  revoke(ids: readonly SessionId[], reason: SessionEndReason, now: number): Promise<readonly RevokedSession[]>
  /**
   * Ends every session of the user but `except`, and every sign-in that still waits for its second factor: first these, or one
   * of them could begin a session in between.
   */
  revokeAllOfUser(
    userId: UserId,
    reason: SessionEndReason,
    now: number,
    except: SessionId | null,
  ): Promise<readonly RevokedSession[]>
  /** Ends those sessions of the user, neither revoked nor past an end, that were not among the `kept` last used. */
  revokeAbove(userId: UserId, kept: number, reason: SessionEndReason, now: number): Promise<readonly RevokedSession[]>
  /**
   * Every session of everyone that was not revoked yet, and every sign-in that waits; sessions that are being begun are waited for, and
   * those that begin meanwhile come after. For operators.
   */
  revokeEveryones(reason: SessionEndReason, now: number): Promise<number>
  /** Sessions neither revoked nor past an end, the last used first. At most 1,000. */
  listLive(userId: UserId, now: number): Promise<readonly SessionRow[]>
  /**
   * Sessions of everyone neither revoked nor past an end, the newest first, or those of a user, from an address. `after`: the one that
   * the page before ended with.
   */
  listEveryones(input: {
    readonly userId?: UserId
    readonly ip?: string
    readonly after: { readonly at: number; readonly id: string } | null
    readonly limit: number
    readonly now: number
  }): Promise<readonly SessionRow[]>
  /** Of everyone, neither revoked nor past an end; `limit` where there are more. */
  countLive(now: number, limit: number): Promise<number>
  /**
   * Of the newest that are not revoked, `limit` at most, those whose token was issued before: how many there are, and how many of
   * those tokens nobody has confirmed.
   */
  countUnconfirmed(
    issuedBefore: number,
    limit: number,
  ): Promise<{ readonly sessions: number; readonly unconfirmed: number }>
  /** Removes up to `limit` sessions that ended before `before`; the number removed. Locks nothing that others need. */
  deleteEnded(before: number, limit: number): Promise<number>
}

import type { UserId } from '../primitives/ids.ts'

/** An account that its owner has closed: disabled at once, deleted for good after a delay. Epoch milliseconds. */
export type Closure = { readonly closedAt: number; readonly deleteAt: number }

export interface ClosureStore {
  insert(userId: UserId, closure: Closure): Promise<void>
  /** The closure that the owner can still take back. */
  find(userId: UserId, now: number): Promise<Closure | null>
  /** Takes it back: one conditional statement. False: there is none, its time has come, or an operator has disabled the account. */
  takeBack(userId: UserId, now: number): Promise<boolean>
  /** An operator disables the account: the owner can't take the closure back any more, and it still ends in deletion. */
  fix(userId: UserId): Promise<void>
  /** An operator enables the account: there is no closure any more. */
  remove(userId: UserId): Promise<void>
  /** Whose time has come, the longest due first. */
  listDue(now: number, limit: number): Promise<readonly UserId[]>
  /** Claims a deletion whose time has come: of two nodes one wins, and the other waits for its commit. */
  takeDue(userId: UserId, now: number): Promise<boolean>
}

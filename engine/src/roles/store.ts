import type { UserId } from '../primitives/ids.ts'

export type Role = {
  readonly id: string
  /** Unique: `content-editor`. */
  readonly name: string
  readonly description: string | null
  /** Sorted, each once; wildcards among them. */
  readonly permissions: readonly string[]
  readonly createdAt: number
  readonly updatedAt: number
}

/** A role by its name, which may be another one's by then, or the very one by its id. */
export type RoleRef = string | { readonly id: string }

export const findRole = (roles: readonly Role[], ref: RoleRef): Role | undefined =>
  roles.find(({ id, name }) => (typeof ref === 'string' ? name === ref : id === ref.id))

/** What an application has declared, as the settings checked it: names, and what each holds. */
export type DeclaredRoles = Readonly<Record<string, readonly string[]>>

/** That a user has a role. */
export type Assignment = { readonly roleId: string; readonly grantedAt: number }

/** The role that a new account gets, where there is one of this name. */
export const newAccountRole = 'user'

/** More of them are no roles any more; all are held in memory. */
export const maxRoles = 200

export interface RoleStore {
  /** Holds the row that every change of roles waits for, until the commit. Users' rows come before it, in the order of their ids. */
  lock(): Promise<void>
  /** Every role by name, and the version that they have: greater with every change. */
  list(): Promise<{ readonly roles: readonly Role[]; readonly version: number }>
  version(): Promise<number>
  /** False: the name is taken, or there are `maxRoles`. Part of a transaction that holds the lock, as all that follow. */
  insert(role: Role): Promise<boolean>
  /** False: no such role. */
  change(id: string, to: Pick<Role, 'description' | 'permissions'>, now: number): Promise<boolean>
  /** Takes it from everybody who has it. False: no such role. */
  remove(id: string): Promise<boolean>
  /** What each of up to 1,000 users has been given; who has none is not in it. */
  assignments(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, readonly Assignment[]>>
  /** False: the user has it already. Throws where there is no such user or role. */
  assign(userId: UserId, roleId: string, grant: { readonly at: number; readonly by: string }): Promise<boolean>
  /** False: the user did not have it. */
  unassign(userId: UserId, roleId: string): Promise<boolean>
  /** Of the link that makes the first administrator; it takes the place of the one before. */
  offerClaim(tokenHash: string, until: number): Promise<void>
  /** Uses it up: one conditional statement, one winner. False: unknown, used or expired. */
  takeClaim(tokenHash: string, now: number): Promise<boolean>
  /** Whether an active user has one of these roles; `without`: leaving out this user, or this one's `roleId` alone. */
  isHeld(
    roleIds: readonly string[],
    without?: { readonly userId: UserId; readonly roleId?: string | undefined },
  ): Promise<boolean>
}

import { type Kysely, sql } from 'kysely'
import type { UserId } from '../primitives/ids.ts'
import { type Assignment, maxRoles, type Role, type RoleStore } from '../roles/store.ts'
import type { Dialect } from './dialect.ts'
import { plain } from './plain.ts'
import type { Tables } from './schema.ts'

const maxIds = 1_000
const theRow = 1

const columns = [
  'roles.id',
  'roles.name',
  'roles.description',
  'roles.permissions',
  'roles.created_at as createdAt',
  'roles.updated_at as updatedAt',
] as const

export const createRoleStore = (db: Kysely<Tables>, dialect: Dialect): RoleStore => {
  /** Nodes tell by the version that they must ask again. */
  const raiseVersion = async () => {
    await db.updateTable('roles_state').set({ version: sql`version + 1` }).where('id', '=', theRow).execute()
  }

  return {
    lock: async () => {
      const row = db.selectFrom('roles_state').select('version').where('id', '=', theRow)
      await dialect.locked(row, 'wait').executeTakeFirstOrThrow()
    },
    list: async () => {
      // In one statement: roles of one version never pass for those of another.
      const rows = await db
        .selectFrom('roles_state')
        .leftJoin('roles', (join) => join.onTrue())
        .select(['roles_state.version', ...columns])
        .where('roles_state.id', '=', theRow)
        .orderBy('roles.name')
        .limit(maxRoles)
        .execute()
      return {
        roles: rows.flatMap(({ version: _, ...row }) => toRole(row) ?? []),
        version: Number(rows[0]?.version),
      }
    },
    version: async () => {
      const row = db.selectFrom('roles_state').select('version').where('id', '=', theRow)
      return (await row.executeTakeFirstOrThrow()).version
    },
    insert: async (role) => {
      const { count } = await db
        .selectFrom('roles')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      if (Number(count) >= maxRoles) return false
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('roles')
        .values({
          id: role.id,
          name: role.name,
          description: role.description,
          permissions: JSON.stringify(role.permissions),
          created_at: role.createdAt,
          updated_at: role.updatedAt,
        })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirstOrThrow()
      if (numInsertedOrUpdatedRows !== 1n) return false
      await raiseVersion()
      return true
    },
    change: async (id, { description, permissions }, now) => {
      const { numUpdatedRows } = await db
        .updateTable('roles')
        .set({ description, permissions: JSON.stringify(permissions), updated_at: now })
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      if (numUpdatedRows !== 1n) return false
      await raiseVersion()
      return true
    },
    remove: async (id) => {
      const { numDeletedRows } = await db.deleteFrom('roles').where('id', '=', id).executeTakeFirstOrThrow()
      if (numDeletedRows !== 1n) return false
      await raiseVersion()
      return true
    },
    assignments: async (userIds) => {
      if (userIds.length > maxIds) throw new RangeError(`At most ${maxIds} users at once, not ${userIds.length}`)
      const rows = await db
        .selectFrom('user_roles')
        .select(['user_id as userId', 'role_id as roleId', 'granted_at as grantedAt'])
        .where(dialect.isAny(sql.ref('user_id'), userIds))
        .execute()
      const found = new Map<UserId, Assignment[]>()
      for (const { userId, ...assignment } of plain(rows)) {
        const own = found.get(userId)
        if (own) own.push(assignment)
        else found.set(userId, [assignment])
      }
      return found
    },
    assign: async (userId, roleId, { at, by }) => {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('user_roles')
        .values({ user_id: userId, role_id: roleId, granted_at: at, granted_by: by })
        .onConflict((conflict) => conflict.columns(['user_id', 'role_id']).doNothing())
        .executeTakeFirstOrThrow()
      return numInsertedOrUpdatedRows === 1n
    },
    unassign: async (userId, roleId) => {
      const { numDeletedRows } = await db
        .deleteFrom('user_roles')
        .where('user_id', '=', userId)
        .where('role_id', '=', roleId)
        .executeTakeFirstOrThrow()
      return numDeletedRows === 1n
    },
    offerClaim: async (tokenHash, until) => {
      await db
        .updateTable('roles_state')
        .set({ claim_hash: tokenHash, claim_until: until })
        .where('id', '=', theRow)
        .execute()
    },
    takeClaim: async (tokenHash, now) => {
      const { numUpdatedRows } = await db
        .updateTable('roles_state')
        .set({ claim_hash: null, claim_until: null })
        .where('id', '=', theRow)
        .where('claim_hash', '=', tokenHash)
        .where('claim_until', '>', now)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },
    isHeld: async (roleIds, without) => {
      const row = await db
        .selectFrom('user_roles')
        .innerJoin('users', 'users.id', 'user_roles.user_id')
        .select('user_roles.user_id')
        .where(dialect.isAny(sql.ref('user_roles.role_id'), roleIds))
        .where('users.is_active', '=', true)
        .$if(without !== undefined && without.roleId === undefined, (query) =>
          query.where('user_roles.user_id', '!=', without?.userId as UserId),
        )
        .$if(without?.roleId !== undefined, (query) =>
          query.where(({ or, eb }) =>
            or([
              eb('user_roles.user_id', '!=', without?.userId as UserId),
              eb('user_roles.role_id', '!=', without?.roleId as string),
            ]),
          ),
        )
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },
  }
}

type Read = { readonly [Field in keyof Omit<Role, 'permissions'>]: Role[Field] | null } & {
  readonly permissions: string | null
}

/** Null where the join found no role. */
const toRole = ({ permissions, ...row }: Read): Role | null =>
  row.id === null ? null : { ...(row as Omit<Role, 'permissions'>), permissions: JSON.parse(permissions ?? '[]') }

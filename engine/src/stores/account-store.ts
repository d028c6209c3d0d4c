import { type Kysely, sql } from 'kysely'
import { type Account, type AccountStore, EmailTakenError } from '../accounts/store.ts'
import type { UserId } from '../primitives/ids.ts'
import { newAccountRole } from '../roles/store.ts'
import { deleteOldest } from './delete-oldest.ts'
import type { Dialect } from './dialect.ts'
import { prepareKnownDevices } from './known-devices.ts'
import { precompile } from './precompile.ts'
import type { Tables } from './schema.ts'
import { prepareSignInAttempts } from './sign-in-attempts.ts'

const columns = [
  'id',
  'email',
  'email_key as emailKey',
  'email_verified_at as emailVerifiedAt',
  'name',
  'image',
  'locale',
  'is_active as isActive',
  'password_hash as passwordHash',
  'created_at as createdAt',
  'updated_at as updatedAt',
] as const

/** Two changes within a millisecond, or by nodes whose clocks differ, are two versions: nodes tell by it that they must ask again. */
const changedAt = (now: number) =>
  sql<number>`case when users.updated_at < ${now} then ${now} else users.updated_at + 1 end`

const maxIds = 1_000

type Read = Omit<Account, 'isActive'> & { readonly isActive: boolean | number }
const toAccount = (row: Read): Account => ({ ...row, isActive: Boolean(row.isActive) })

export const prepareAccountStore = (root: Kysely<Tables>, dialect: Dialect): ((db: Kysely<Tables>) => AccountStore) => {
  const findById = precompile((wanted: { id: UserId }) =>
    root.selectFrom('users').select(columns).where('id', '=', wanted.id),
  )
  const findByEmailKey = precompile((wanted: { emailKey: string }) =>
    root.selectFrom('users').select(columns).where('email_key', '=', wanted.emailKey),
  )
  const lockUnchanged = precompile((wanted: { id: UserId; passwordHash: string }) =>
    dialect.locked(
      root
        .selectFrom('users')
        .select('id')
        .where('id', '=', wanted.id)
        .where('is_active', '=', true)
        .where('password_hash', '=', wanted.passwordHash),
      'wait',
    ),
  )
  /** A role that is being deleted is waited for, and then is none: otherwise the foreign key would refuse the account. */
  const giveFirstRole = precompile((made: { id: UserId }) =>
    root
      .insertInto('user_roles')
      .columns(['user_id', 'role_id', 'granted_at', 'granted_by'])
      .expression(
        dialect.locked(
          root
            .selectFrom('roles')
            .innerJoin('users', (join) => join.on('users.id', '=', made.id))
            .select((each) => [
              'users.id',
              'roles.id as role_id',
              'users.created_at',
              each.val('new-account').as('granted_by'),
            ])
            .where('roles.name', '=', newAccountRole),
          'against deletion',
        ),
      ),
  )
  const attempts = prepareSignInAttempts(root, dialect)
  const devices = prepareKnownDevices(root, dialect)
  const first = (rows: readonly Read[]) => (rows[0] ? toAccount(rows[0]) : null)

  return (db) => ({
    ...attempts(db),
    ...devices(db),
    findById: async (id) => first((await findById(db, { id })).rows),
    findByEmailKey: async (emailKey) => first((await findByEmailKey(db, { emailKey })).rows),
    findMany: async (ids) => {
      if (ids.length > maxIds) throw new RangeError(`At most ${maxIds} accounts at once, not ${ids.length}`)
      const rows = await db
        .selectFrom('users')
        .select(columns)
        .where(dialect.isAny(sql.ref('id'), ids))
        .execute()
      return rows.map(toAccount)
    },
    insert: async (account) => {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('users')
        .values(toColumns(account))
        .onConflict((conflict) => conflict.column('email_key').doNothing())
        .executeTakeFirstOrThrow()
      // Also where the email is taken: the same work for known and unknown (S-13).
      await giveFirstRole(db, { id: account.id })
      return numInsertedOrUpdatedRows === 1n
    },
    confirmPassword: async (id, expectedHash, upgradedHash, now) => {
      if (upgradedHash !== null) {
        return changed(
          await db
            .updateTable('users')
            .set({ password_hash: upgradedHash, updated_at: changedAt(now) })
            .where('id', '=', id)
            .where('is_active', '=', true)
            .where('password_hash', '=', expectedHash)
            .executeTakeFirstOrThrow(),
        )
      }
      return (await lockUnchanged(db, { id, passwordHash: expectedHash })).rows.length > 0
    },
    raiseVersion: async (id, now) =>
      changed(
        await db
          .updateTable('users')
          .set({ updated_at: changedAt(now) })
          .where('id', '=', id)
          .executeTakeFirstOrThrow(),
      ),
    lock: async (id) => {
      const row = db.selectFrom('users').select('id').where('id', '=', id)
      return (await dialect.locked(row, 'wait').executeTakeFirst()) !== undefined
    },
    lockActive: async (id) => {
      const active = db.selectFrom('users').select(columns).where('id', '=', id).where('is_active', '=', true)
      const row = await dialect.locked(active, 'wait').executeTakeFirst()
      return row ? toAccount(row) : null
    },
    replacePassword: async (id, expectedHash, passwordHash, now) =>
      changed(
        await db
          .updateTable('users')
          .set({ password_hash: passwordHash, updated_at: changedAt(now) })
          .where('id', '=', id)
          .$if(expectedHash !== null, (query) => query.where('password_hash', '=', expectedHash))
          .executeTakeFirstOrThrow(),
      ),
    setActive: async (id, isActive, now) =>
      changed(
        await db
          .updateTable('users')
          .set({ is_active: isActive, updated_at: changedAt(now) })
          .where('id', '=', id)
          .where('is_active', '!=', isActive)
          .executeTakeFirstOrThrow(),
      ),
    setProfile: async (read, { name, locale }, now) =>
      changed(
        await db
          .updateTable('users')
          .set({ name, locale, search_text: toSearchText({ ...read, name }), updated_at: changedAt(now) })
          .where('id', '=', read.id)
          .where('is_active', '=', true)
          .where('email', '=', read.email)
          .where('name', 'is not distinct from', read.name)
          .executeTakeFirstOrThrow(),
      ),
    setEmailVerified: async (id, now) =>
      changed(
        await db
          .updateTable('users')
          .set({ email_verified_at: now, updated_at: changedAt(now) })
          .where('id', '=', id)
          .where('email_verified_at', 'is', null)
          .executeTakeFirstOrThrow(),
      ),
    changeEmail: async (account, email, now) => {
      const taken = db.selectFrom('users as other').select('other.id').where('other.email_key', '=', email.key)
      const result = await db
        .updateTable('users')
        .set({
          email: email.address,
          email_key: email.key,
          email_verified_at: now,
          search_text: toSearchText({ ...account, email: email.address }),
          updated_at: changedAt(now),
        })
        .where('id', '=', account.id)
        .where('email_key', '=', account.emailKey)
        .where('is_active', '=', true)
        .where((where) => where.not(where.exists(taken)))
        .executeTakeFirstOrThrow()
        .catch((error: unknown) => {
          throw dialect.isDuplicate(error) ? new EmailTakenError('the email is taken', { cause: error }) : error
        })
      return changed(result)
    },
    delete: async (id) => {
      const { numDeletedRows } = await db.deleteFrom('users').where('id', '=', id).executeTakeFirstOrThrow()
      return numDeletedRows === 1n
    },
    list: async ({ after, limit, search, isActive, roleId }) => {
      const last = after === null ? null : parseCursor(after)
      if (after !== null && last === null) return { accounts: [], next: null }
      const rows = await db
        .selectFrom('users')
        .select(columns)
        .$if(last !== null, (query) => query.where(sql<boolean>`(created_at, id) > (${last?.createdAt}, ${last?.id})`))
        .$if(search !== null, (query) =>
          query.where(sql<boolean>`search_text like ${toPattern(search as string)} escape '\\'`),
        )
        // As it stands in the index of the disabled.
        .$if(isActive !== undefined, (query) => query.where(sql<boolean>`is_active = ${sql.lit(isActive)}`))
        .$if(roleId !== undefined, (query) =>
          query.where('id', 'in', (from) =>
            from
              .selectFrom('user_roles')
              .select('user_id')
              .where('role_id', '=', roleId as string),
          ),
        )
        .orderBy('created_at')
        .orderBy('id')
        .limit(limit + 1)
        .execute()
      const accounts = rows.slice(0, limit).map(toAccount)
      const end = accounts.at(-1)
      return { accounts, next: rows.length > limit && end ? `${end.createdAt}.${end.id}` : null }
    },

    deleteStale: async ({ devicesBefore, attemptsBefore, limit }) => {
      const devices = await deleteOldest(db, dialect, 'known_devices', { before: devicesBefore, limit })
      const attempts = { before: attemptsBefore, limit: limit - devices }
      return devices + (await deleteOldest(db, dialect, 'sign_in_attempts', attempts))
    },
  })
}

const changed = ({ numUpdatedRows }: { readonly numUpdatedRows: bigint }): boolean => numUpdatedRows === 1n

const parseCursor = (cursor: string): { readonly createdAt: number; readonly id: string } | null => {
  const [, createdAt, id] = /^(\d{1,15})\.(.+)$/.exec(cursor) ?? []
  return createdAt && id ? { createdAt: Number(createdAt), id } : null
}

/** SQLite's own lower-casing knows ASCII alone, so the program does it, for both databases alike. */
const toSearchText = (account: Account): string =>
  `${account.email} ${account.name ?? ''}`.normalize('NFKC').toLowerCase()

/** A LIKE pattern for "contains", with what has a meaning there escaped. */
const toPattern = (search: string): string =>
  `%${search
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\\%_]/g, '\\$&')}%`

const toColumns = (account: Account) => ({
  id: account.id,
  email: account.email,
  email_key: account.emailKey,
  email_verified_at: account.emailVerifiedAt,
  name: account.name,
  image: account.image,
  locale: account.locale,
  is_active: account.isActive,
  password_hash: account.passwordHash,
  search_text: toSearchText(account),
  created_at: account.createdAt,
  updated_at: account.updatedAt,
})

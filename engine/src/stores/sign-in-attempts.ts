// The part of the accounts' store that counts failed sign-ins of unknown devices (LIM-7).
import { type Kysely, sql } from 'kysely'
import { type AccountStore, maxFailuresInARow } from '../accounts/store.ts'
import type { Dialect } from './dialect.ts'
import { plain } from './plain.ts'
import { precompile } from './precompile.ts'
import type { Tables } from './schema.ts'

type SignInAttempts = Pick<
  AccountStore,
  | 'beginUnknownDeviceAttempt'
  | 'takeBackUnknownDeviceAttempt'
  | 'clearUnknownDeviceAttempts'
  | 'listClosed'
  | 'openClosed'
  | 'clearAllAttempts'
>

/** Written out: the index holds these rows alone (migration 0014). */
const isClosed = sql<boolean>`failed >= ${sql.lit(maxFailuresInARow)}`

export const prepareSignInAttempts = (
  root: Kysely<Tables>,
  dialect: Dialect,
): ((db: Kysely<Tables>) => SignInAttempts) => {
  const countAttempt = precompile((attempt: { emailHash: string; max: number; now: number; userId: string | null }) =>
    root
      .insertInto('sign_in_attempts')
      .values({ email_hash: attempt.emailHash, failed: 1, last_at: attempt.now, user_id: attempt.userId })
      .onConflict((conflict) =>
        conflict
          .column('email_hash')
          .doUpdateSet({ failed: sql`sign_in_attempts.failed + 1`, last_at: attempt.now, user_id: attempt.userId })
          .where('sign_in_attempts.failed', '<', attempt.max),
      )
      .returning('failed'),
  )
  const clearAttempts = precompile((wanted: { emailHash: string }) =>
    root.deleteFrom('sign_in_attempts').where('email_hash', '=', wanted.emailHash),
  )

  return (db) => ({
    beginUnknownDeviceAttempt: async (emailHash, max, now, userId) => {
      const { rows } = await countAttempt(db, { emailHash, max, now, userId: userId ?? null })
      return rows[0] ? Number(rows[0].failed) : null
    },
    takeBackUnknownDeviceAttempt: async (emailHash) => {
      await db
        .updateTable('sign_in_attempts')
        .set({ failed: sql`failed - 1` })
        .where('email_hash', '=', emailHash)
        .where('failed', '>', 0)
        .execute()
    },
    clearUnknownDeviceAttempts: async (emailHash) => {
      await clearAttempts(db, { emailHash })
    },
    listClosed: async (whose, limit) =>
      plain(
        await db
          .selectFrom('sign_in_attempts')
          .select(['email_hash as name', 'user_id as userId', 'failed', 'last_at as lastAt'])
          .where(isClosed)
          .$if(whose !== null, (query) =>
            query.where(({ or, eb }) =>
              or([
                ...(whose?.userId === undefined ? [] : [eb('user_id', '=', whose.userId)]),
                ...(whose?.emailHash === undefined ? [] : [eb('email_hash', '=', whose.emailHash)]),
              ]),
            ),
          )
          .orderBy('last_at', 'desc')
          .limit(limit)
          .execute(),
      ),
    openClosed: async (name) => {
      const { numDeletedRows } = await db
        .deleteFrom('sign_in_attempts')
        .where('email_hash', '=', name)
        .where(isClosed)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },
    clearAllAttempts: async (userId, names) => {
      const devices = await db.selectFrom('known_devices').select('device_hash').where('user_id', '=', userId).execute()
      const all = names.flatMap((name) => [name, ...devices.map(({ device_hash }) => `${name}.${device_hash}`)])
      await db
        .deleteFrom('sign_in_attempts')
        .where(dialect.isAny(sql.ref('email_hash'), all))
        .execute()
    },
  })
}

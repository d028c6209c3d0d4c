// The part of the accounts' store that knows their browsers.
import { type Kysely, sql } from 'kysely'
import type { AccountStore } from '../accounts/store.ts'
import type { UserId } from '../primitives/ids.ts'
import type { Dialect } from './dialect.ts'
import { plain } from './plain.ts'
import { precompile } from './precompile.ts'
import type { Tables } from './schema.ts'

type KnownDevices = Pick<AccountStore, 'findKnownDevice' | 'listDevices' | 'rememberDevice' | 'forgetDevices'>

/** Browsers that an account knows. Who has more of them is no person. */
const maxDevices = 50

export const prepareKnownDevices = (root: Kysely<Tables>, dialect: Dialect): ((db: Kysely<Tables>) => KnownDevices) => {
  /** Tells since when the account knows it, and how many others: of these statements most need no second one. */
  const keepDevice = precompile((device: { userId: UserId; hash: string; now: number }) =>
    root
      .insertInto('known_devices')
      .values({ user_id: device.userId, device_hash: device.hash, created_at: device.now, last_used_at: device.now })
      .onConflict((conflict) => conflict.columns(['user_id', 'device_hash']).doUpdateSet({ last_used_at: device.now }))
      .returning(({ selectFrom, fn }) => [
        'created_at as since',
        selectFrom('known_devices as known')
          .select(fn.countAll<number>().as('n'))
          .where('known.user_id', '=', device.userId)
          .where('known.device_hash', '!=', device.hash)
          .as('others'),
      ]),
  )

  return (db) => ({
    findKnownDevice: async (userId, deviceHashes) => {
      const row = await db
        .selectFrom('known_devices')
        .select('device_hash')
        .where('user_id', '=', userId)
        .where(dialect.isAny(sql.ref('device_hash'), deviceHashes))
        .executeTakeFirst()
      return row?.device_hash ?? null
    },
    listDevices: async (userId) =>
      plain(
        await db
          .selectFrom('known_devices')
          .select(['created_at as firstSeenAt', 'last_used_at as lastSeenAt'])
          .where('user_id', '=', userId)
          .orderBy('last_used_at', 'desc')
          .limit(maxDevices)
          .execute(),
      ),
    rememberDevice: async (userId, deviceHash, now) => {
      const { rows } = await keepDevice(db, { userId, hash: deviceHash, now })
      const { since = now, others = 0 } = rows[0] ?? {}
      if (Number(others) >= maxDevices) {
        const kept = db
          .selectFrom('known_devices')
          .select('device_hash')
          .where('user_id', '=', userId)
          .orderBy('last_used_at', 'desc')
          .limit(maxDevices)
        await db
          .deleteFrom('known_devices')
          .where('user_id', '=', userId)
          .where('device_hash', 'not in', kept)
          .execute()
      }
      if (since < now) return 'known'
      return Number(others) > 0 ? 'another' : 'first'
    },
    forgetDevices: async (userId, since) => {
      await db.deleteFrom('known_devices').where('user_id', '=', userId).where('created_at', '>=', since).execute()
    },
  })
}

import type { Kysely } from 'kysely'
import type { OutboxStore, WaitingLetter } from '../mail/store.ts'
import { deleteExpired } from './delete-expired.ts'
import type { Dialect } from './dialect.ts'
import { plain } from './plain.ts'
import type { Tables } from './schema.ts'

const maxListed = 200

export const createOutboxStore = (db: Kysely<Tables>, dialect: Dialect): OutboxStore => ({
  insert: async ({ id, kind, userId, sealed, now, expiresAt }) => {
    await db
      .insertInto('outbox')
      .values({
        id,
        kind,
        user_id: userId,
        sealed,
        created_at: now,
        expires_at: expiresAt,
        next_at: now,
        tries: 0,
        ended_at: sealed === null ? now : null,
        outcome: sealed === null ? 'nobody' : null,
      })
      .execute()
  },
  claim: async ({ now, leaseMs, limit }) => {
    const due = db
      .selectFrom('outbox')
      .select('id')
      .where('ended_at', 'is', null)
      .where('next_at', '<=', now)
      .orderBy('next_at')
      .limit(limit)
    const rows = await db
      .updateTable('outbox')
      .set((row) => ({ next_at: now + leaseMs, tries: row('tries', '+', 1) }))
      .where('id', 'in', dialect.locked(due, 'skip locked'))
      .where('ended_at', 'is', null)
      .where('next_at', '<=', now)
      .returning(['id', 'kind', 'sealed', 'created_at as createdAt', 'expires_at as expiresAt', 'tries'])
      .execute()
    return rows.filter((row): row is WaitingLetter => row.sealed !== null)
  },
  end: async (id, outcome, now) => {
    await db
      .updateTable('outbox')
      .set({ sealed: null, ended_at: now, outcome })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .execute()
  },
  postpone: async (id, nextAt) => {
    await db.updateTable('outbox').set({ next_at: nextAt }).where('id', '=', id).where('ended_at', 'is', null).execute()
  },
  oldestWaiting: async () => {
    const row = await db
      .selectFrom('outbox')
      .select((select) => select.fn.min('created_at').as('oldest'))
      .where('ended_at', 'is', null)
      .executeTakeFirst()
    return row?.oldest ?? null
  },
  listOf: async (userId) =>
    plain(
      await db
        .selectFrom('outbox')
        .select(['kind', 'created_at as writtenAt', 'outcome'])
        .where('user_id', '=', userId)
        .orderBy('created_at', 'desc')
        .limit(maxListed)
        .execute(),
    ),
  deleteOf: async (userId) => {
    await db.deleteFrom('outbox').where('user_id', '=', userId).execute()
  },
  deleteOld: (before, limit) => deleteExpired(db, dialect, 'outbox', { before, limit }),
})

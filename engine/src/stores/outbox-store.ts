import type { Kysely } from 'kysely'
import type { OutboxStore } from '../mail/store.ts'
import { countOf } from './count-of.ts'
import { deleteOldest } from './delete-oldest.ts'
import type { Dialect } from './dialect.ts'
import { plain } from './plain.ts'
import type { Tables } from './schema.ts'
import { createWaitingRows } from './waiting-rows.ts'

const maxListed = 200
const maxCounted = 100_000

export const createOutboxStore = (db: Kysely<Tables>, dialect: Dialect): OutboxStore => {
  const rows = createWaitingRows(db, dialect, 'outbox', 'sealed')
  return {
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
    claim: rows.claim,
    end: (id, outcome, now) => rows.change(id, { sealed: null, ended_at: now, outcome }),
    postpone: (id, nextAt) => rows.change(id, { next_at: nextAt }),
    waiting: rows.waiting,
    oldestUntried: async () => {
      const { oldest } = await db
        .selectFrom('outbox')
        .select(({ fn }) => fn.min('created_at').as('oldest'))
        .where('ended_at', 'is', null)
        // As `waiting` does, for the same index.
        .where('next_at', '>=', 0)
        .where('tries', '=', 0)
        .executeTakeFirstOrThrow()
      return oldest
    },
    countEnded: (outcome, since) => {
      // A letter ends before it expires: their index leads to it.
      const ended = db.selectFrom('outbox').select('id').where('expires_at', '>=', since).where('ended_at', '>=', since)
      return countOf(db, ended.where('outcome', '=', outcome).limit(maxCounted))
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
    deleteOld: (before, limit) => deleteOldest(db, dialect, 'outbox', { before, limit }),
  }
}

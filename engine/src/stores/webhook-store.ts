import type { Kysely } from 'kysely'
import type { WebhookStore } from '../webhooks/store.ts'
import { deleteOldest } from './delete-oldest.ts'
import type { Dialect } from './dialect.ts'
import type { Tables } from './schema.ts'
import { createWaitingRows } from './waiting-rows.ts'

export const createWebhookStore = (db: Kysely<Tables>, dialect: Dialect): WebhookStore => {
  const rows = createWaitingRows(db, dialect, 'webhook_messages', 'body')
  return {
    insert: async ({ id, kind, body, now, expiresAt }) => {
      await db
        .insertInto('webhook_messages')
        .values({
          id,
          kind,
          body,
          created_at: now,
          expires_at: expiresAt,
          next_at: now,
          tries: 0,
          ended_at: null,
          outcome: null,
        })
        .execute()
    },
    claim: rows.claim,
    end: (id, outcome, now) => rows.change(id, { ended_at: now, outcome }),
    postpone: (id, nextAt) => rows.change(id, { next_at: nextAt }),
    waiting: rows.waiting,
    deleteOld: (before, limit) => deleteOldest(db, dialect, 'webhook_messages', { before, limit }),
  }
}

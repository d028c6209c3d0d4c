// Rows that wait until they were sent: letters and webhook messages wait alike.
import type { Kysely, Updateable } from 'kysely'
import type { Dialect } from './dialect.ts'
import type { OutboxTable, Tables, WebhookMessagesTable } from './schema.ts'

type Taken = {
  readonly id: string
  readonly kind: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly tries: number
}

/** `content`: the column of what is sent. */
export const createWaitingRows = <Content extends 'sealed' | 'body'>(
  db: Kysely<Tables>,
  dialect: Dialect,
  table: 'outbox' | 'webhook_messages',
  content: Content,
) => {
  // One of them for the types: in what is asked here they are alike.
  const [rows, sent] = [table as 'outbox', content as 'sealed']
  return {
    /** Takes up to `limit` that are due: they are due again after `leaseMs`. */
    claim: async ({
      now,
      leaseMs,
      limit,
      onlyInTime = false,
    }: {
      readonly now: number
      readonly leaseMs: number
      readonly limit: number
      readonly onlyInTime?: boolean
    }) => {
      const due = db
        .selectFrom(rows)
        .select('id')
        .where('ended_at', 'is', null)
        .where('next_at', '<=', now)
        .$if(onlyInTime, (query) => query.where('expires_at', '>', now))
        .orderBy('next_at')
        .limit(limit)
      const taken = await db
        // Materialized, or PostgreSQL may run it once for each row that it looks at, and take all there are.
        .with(
          (cte) => cte('due').materialized(),
          () => dialect.locked(due, 'skip locked'),
        )
        .updateTable(rows)
        .set((row) => ({ next_at: now + leaseMs, tries: row('tries', '+', 1) }))
        .where('id', 'in', (from) => from.selectFrom('due').select('id'))
        .where('ended_at', 'is', null)
        .where('next_at', '<=', now)
        .returning(['id', 'kind', sent, 'created_at as createdAt', 'expires_at as expiresAt', 'tries'])
        .execute()
      return taken as unknown as readonly (Taken & Readonly<Record<Content, string>>)[]
    },
    waiting: () =>
      db
        .selectFrom(rows)
        .select(({ fn }) => [fn.countAll<number>().as('count'), fn.min('created_at').as('oldest')])
        .where('ended_at', 'is', null)
        // Always so: SQLite reads the index of those that wait, and not the table, where its column is asked for.
        .where('next_at', '>=', 0)
        .executeTakeFirstOrThrow(),
    /** Nothing where it is over already. */
    change: async (id: string, changes: Updateable<OutboxTable> | Updateable<WebhookMessagesTable>) => {
      await db
        .updateTable(rows)
        .set(changes as Updateable<OutboxTable>)
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .execute()
    },
  }
}

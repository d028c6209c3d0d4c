import type { Kysely, SelectQueryBuilder } from 'kysely'
import type { Tables } from './schema.ts'

/** How many rows a query gives: one that has a limit counts no further. */
export const countOf = async <Table extends keyof Tables>(
  db: Kysely<Tables>,
  query: SelectQueryBuilder<Tables, Table, { id: string }>,
): Promise<number> => {
  const { count } = await db
    .selectFrom(query.as('counted'))
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

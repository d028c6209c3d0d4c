import { type Kysely, sql } from 'kysely'
import { personOf } from '../audit/canonical.ts'
import type { Aside, AuditChainStore, Place, SealedEntry } from '../audit/chain-store.ts'
import { keyIdLength } from '../keys/derive.ts'
import { entryColumns } from './audit-columns.ts'
import { countOf } from './count-of.ts'
import type { Dialect } from './dialect.ts'
import { plain } from './plain.ts'
import type { Tables } from './schema.ts'

/** The head has one row. */
const only = 1

const isOutside = sql<boolean>`position is null and hash is not null`
const unknownKey: Aside = 'unknown key'
const after = ({ at, id }: Place) => sql<boolean>`(at, id) > (${at}, ${id})`

export const createAuditChainStore = (db: Kysely<Tables>, dialect: Dialect): AuditChainStore => {
  const head = () => db.selectFrom('audit_head').select(['statement', 'signature']).where('id', '=', only)
  const checkpoints = () => db.selectFrom('audit_checkpoints').select(['position', 'statement', 'signature'])
  const entries = () => db.selectFrom('audit_entries').select(entryColumns)
  return {
    head: async () => (await head().executeTakeFirst()) ?? null,
    look: async () => {
      const { rows } = await sql<{ statement: string; signature: string; waits: number | boolean }>`
        select statement, signature, exists (
          select 1 from audit_entries where position is null and hash is null
        ) as waits from audit_head where id = ${only}`.execute(db)
      return plain(rows).map(({ waits, ...signed }) => ({ ...signed, isWaiting: Boolean(waits) }))[0] ?? null
    },
    lockHead: async (how) => (await dialect.locked(head(), how).executeTakeFirst()) ?? null,
    insertHead: async ({ statement, signature }) => {
      const row = { id: only, statement, signature }
      await db
        .insertInto('audit_head')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    writeHead: async ({ statement, signature }) => {
      await db.updateTable('audit_head').set({ statement, signature }).where('id', '=', only).execute()
    },
    isNew: async () => {
      const { rows } = await sql<{ found: number | boolean }>`
        select exists (select 1 from users) or exists (select 1 from signing_keys)
          or exists (select 1 from audit_entries) or exists (select 1 from audit_checkpoints) as found`.execute(db)
      return !rows[0]?.found
    },
    listToSeal: async ({ after: last, limit }) =>
      plain(
        await entries()
          .where('position', 'is', null)
          .where('hash', 'is', null)
          .$if(last !== null, (query) => query.where(after(last as Place)))
          .orderBy('at')
          .orderBy('id')
          .limit(limit)
          .execute(),
      ),
    countToSeal: (limit) => {
      const waiting = db.selectFrom('audit_entries').select('id').where('hash', 'is', null).where('mac', 'is not', null)
      return countOf(db, waiting.limit(limit))
    },
    seal: async (links) => {
      if (links.length === 0) return
      const { numAffectedRows } = await dialect.sealEntries(JSON.stringify(links)).execute(db)
      if (numAffectedRows !== BigInt(links.length))
        throw new Error('entries of the audit log changed while they were sealed')
    },
    setAside: async (ids, why) => {
      if (ids.length === 0) return
      await db
        .updateTable('audit_entries')
        .set({ hash: why })
        .where(dialect.isAny(sql.ref('id'), ids))
        .execute()
    },
    reconsider: async (keyIds) => {
      await db
        .updateTable('audit_entries')
        .set({ hash: null })
        .where(isOutside)
        .where('hash', '=', unknownKey)
        .where(dialect.isAny(sql`substr(mac, 1, ${sql.lit(keyIdLength)})`, keyIds))
        .execute()
    },
    addCheckpoint: async (position, { statement, signature }) => {
      await db.insertInto('audit_checkpoints').values({ position, statement, signature }).execute()
    },
    listCheckpoints: async ({ after: position, limit }) =>
      plain(await checkpoints().where('position', '>', position).orderBy('position').limit(limit).execute()),
    checkpointBefore: async (position) =>
      (await checkpoints().where('position', '<', position).orderBy('position', 'desc').limit(1).executeTakeFirst()) ??
      null,
    anchorMark: async (name) => {
      const row = await db
        .selectFrom('audit_anchors')
        .select(['statement', 'signature'])
        .where('name', '=', name)
        .executeTakeFirst()
      return row && row.statement !== null && row.signature !== null
        ? { statement: row.statement, signature: row.signature }
        : null
    },
    claimAnchor: async ({ name, now, until }) => {
      const row = await db
        .insertInto('audit_anchors')
        .values({ name, statement: null, signature: null, leased_until: until })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ leased_until: until })
            .where((where) =>
              where.or([
                where('audit_anchors.leased_until', '<=', now),
                where('audit_anchors.leased_until', '>', until),
              ]),
            ),
        )
        .returning('name')
        .executeTakeFirst()
      return row !== undefined
    },
    settleAnchor: async ({ name, mark: { statement, signature }, until }) => {
      const changes = { statement, signature, leased_until: until }
      await db.updateTable('audit_anchors').set(changes).where('name', '=', name).execute()
    },
    listSealed: async ({ after: position, limit }) =>
      plain(
        (await entries()
          .where('position', 'is not', null)
          .$if(position !== null, (query) => query.where('position', '>', position))
          .orderBy('position')
          .limit(limit)
          .execute()) as readonly SealedEntry[],
      ),
    lastPosition: async (upTo) => {
      const row = await db
        .selectFrom('audit_entries')
        .select('position')
        .where('position', 'is not', null)
        .$if(upTo !== undefined, (query) => query.where('position', '<=', upTo as number))
        .orderBy('position', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row?.position ?? 0
    },
    listOutside: async ({ after: last, limit }) =>
      plain(await entries().where(isOutside).where('id', '>', last).orderBy('id').limit(limit).execute()),
    removeStrange: async ({ cut, last }) => {
      const { numDeletedRows } = await db
        .deleteFrom('audit_entries')
        .where((where) => where.or([isOutside, where('position', '<=', cut), where('position', '>', last)]))
        .executeTakeFirstOrThrow()
      await db.deleteFrom('audit_checkpoints').where('position', '>', last).execute()
      return Number(numDeletedRows)
    },
    removeUpTo: async (position) => {
      await db.deleteFrom('audit_entries').where('position', '<=', position).execute()
      await db.deleteFrom('audit_checkpoints').where('position', '<=', position).execute()
    },
    blankAfter: async (userIds, position) => {
      const rows = await db
        .selectFrom('audit_entries')
        .select(['user_id as userId', 'actor_id as actorId'])
        .distinct()
        .where(({ or }) =>
          or([dialect.isAny(sql.ref('user_id'), userIds), dialect.isAny(sql.ref('actor_id'), userIds)]),
        )
        .where('position', '>', position)
        .where('salt', 'is', null)
        .execute()
      const blank = new Set(rows.map(personOf))
      return userIds.filter((id) => blank.has(id))
    },
    deletedAmong: async ({ userIds, after: first, upTo }) => {
      const rows = await db
        .selectFrom('audit_entries')
        .select('user_id')
        .distinct()
        .where(dialect.isAny(sql.ref('user_id'), userIds))
        .where('action', '=', 'user:delete')
        .where('position', '>', first)
        .where('position', '<=', upTo)
        .execute()
      return rows.flatMap(({ user_id: id }) => id ?? [])
    },
  }
}

import { type Kysely, sql } from 'kysely'
import type { KeyStore } from '../keys/store.ts'
import type { Dialect } from './dialect.ts'
import { plain } from './plain.ts'
import type { Tables } from './schema.ts'

const maxSessions = 50_000
const maxFound = 100

const columns = [
  'id',
  'algorithm',
  'public_jwk as publicJwk',
  'sealed_private_jwk as sealedPrivateJwk',
  'created_at as createdAt',
  'signs_from as signsFrom',
  'token_seconds as tokenSeconds',
] as const

export const createKeyStore = (db: Kysely<Tables>, dialect: Dialect): KeyStore => ({
  listSigningKeys: async () => plain(await db.selectFrom('signing_keys').select(columns).orderBy('position').execute()),
  insertSigningKey: async (key, newestId) => {
    // Two nodes that saw the same newest key want the same position: the unique index lets one in.
    const next = db
      .selectNoFrom((value) => [
        value.cast<string>(value.val(key.id), 'text').as('id'),
        sql<number>`(select coalesce(max(position), 0) + 1 from signing_keys)`.as('position'),
        sql<'EdDSA' | 'ES256'>`cast(${key.algorithm} as text)`.as('algorithm'),
        sql<string>`cast(${key.publicJwk} as text)`.as('public_jwk'),
        sql<string>`cast(${key.sealedPrivateJwk} as text)`.as('sealed_private_jwk'),
        sql<number>`cast(${key.createdAt} as bigint)`.as('created_at'),
        sql<number>`cast(${key.signsFrom} as bigint)`.as('signs_from'),
        sql<number | null>`cast(${key.tokenSeconds} as bigint)`.as('token_seconds'),
      ])
      .where(
        sql<boolean>`(select id from signing_keys order by position desc limit 1) is not distinct from cast(${newestId} as text)`,
      )
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('signing_keys')
      .columns([
        'id',
        'position',
        'algorithm',
        'public_jwk',
        'sealed_private_jwk',
        'created_at',
        'signs_from',
        'token_seconds',
      ])
      .expression(next)
      .onConflict((conflict) => conflict.column('position').doNothing())
      .executeTakeFirstOrThrow()
    return numInsertedOrUpdatedRows === 1n
  },
  replaceSealedPrivateJwk: async (id, from, to) => {
    const { numUpdatedRows } = await db
      .updateTable('signing_keys')
      .set({ sealed_private_jwk: to })
      .where('id', '=', id)
      .where('sealed_private_jwk', '=', from)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  },
  keepKeysFor: async (tokenSeconds) => {
    await db
      .updateTable('signing_keys')
      .set({ token_seconds: tokenSeconds })
      .where((where) => where.or([where('token_seconds', 'is', null), where('token_seconds', '<', tokenSeconds)]))
      .execute()
  },
  deleteSigningKeys: async (ids) => {
    await db
      .deleteFrom('signing_keys')
      .where(dialect.isAny(sql.ref('id'), ids))
      .execute()
  },
  reportNode: async ({ id, keyIds, now, forgetBefore, forgetAfter }) => {
    const report = { key_ids: JSON.stringify(keyIds), seen_at: now }
    await db
      .insertInto('nodes')
      .values({ id, ...report })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(report))
      .execute()
    await db
      .deleteFrom('nodes')
      .where((where) => where.or([where('seen_at', '<', forgetBefore), where('seen_at', '>', forgetAfter)]))
      .execute()
  },
  forgetNode: async (id) => void (await db.deleteFrom('nodes').where('id', '=', id).execute()),
  listNodes: async (seenSince, seenUntil) => {
    const rows = await db
      .selectFrom('nodes')
      .select(['id', 'key_ids'])
      .where('seen_at', '>=', seenSince)
      .where('seen_at', '<=', seenUntil)
      .orderBy('id')
      .execute()
    return rows.map(({ id, key_ids }) => ({ id, keyIds: JSON.parse(key_ids) as string[] }))
  },
  listOthersInUse: async (known, now) => {
    const sessions = db
      .selectFrom('sessions')
      .select('key_id')
      .where('revoked_at', 'is', null)
      .where('ends_at', '>=', now)
      .orderBy('ends_at')
      .limit(maxSessions)
    const used = db
      .selectFrom(sessions.as('of_sessions'))
      .select('key_id')
      .unionAll(db.selectFrom('totp_factors').select('key_id'))
      .unionAll(db.selectFrom('identities').select((row) => row.ref('key_id').$castTo<string>().as('key_id')))
    const rows = await db
      .selectFrom(used.as('used'))
      .select('key_id')
      .distinct()
      // An identity without tokens is under none.
      .where('key_id', 'is not', null)
      .where(({ not }) => not(dialect.isAny(sql.ref('key_id'), known)))
      .limit(maxFound)
      .execute()
    return rows.map((row) => row.key_id)
  },
})

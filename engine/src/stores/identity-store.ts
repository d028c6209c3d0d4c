import type { Kysely } from 'kysely'
import { disownedMark } from '../identities/disowned-mark.ts'
import type { Identity, IdentityStore, SealedTokens } from '../identities/store.ts'
import type { Tables } from './schema.ts'

const columns = [
  'id',
  'user_id as userId',
  'provider',
  'issuer',
  'subject',
  'email',
  'label',
  'created_at as createdAt',
  'last_used_at as lastUsedAt',
  'granted_at as grantedAt',
  'sealed_tokens as sealed',
  'key_id as keyId',
  'tokens_expire_at as expiresAt',
  'refreshing_until as refreshingUntil',
] as const

type Read = Omit<Identity, 'tokens'> & {
  readonly sealed: string | null
  readonly keyId: string | null
  readonly expiresAt: number | null
}

const toIdentity = ({ sealed, keyId, expiresAt, ...row }: Read): Identity => ({
  ...row,
  tokens: sealed !== null && keyId !== null ? { sealed, keyId, expiresAt } : null,
})
const orNull = (row: Read | undefined): Identity | null => (row ? toIdentity(row) : null)

const fromTokens = (tokens: SealedTokens | null) => ({
  sealed_tokens: tokens?.sealed ?? null,
  key_id: tokens?.keyId ?? null,
  tokens_expire_at: tokens?.expiresAt ?? null,
})
const changed = ({ numUpdatedRows }: { readonly numUpdatedRows: bigint }): boolean => numUpdatedRows === 1n

export const createIdentityStore = (db: Kysely<Tables>): IdentityStore => ({
  insert: async (identity) => {
    const row = await db
      .insertInto('identities')
      .values({
        id: identity.id,
        user_id: identity.userId,
        provider: identity.provider,
        issuer: identity.issuer,
        subject: identity.subject,
        email: identity.email,
        label: identity.label,
        created_at: identity.createdAt,
        last_used_at: identity.lastUsedAt,
        granted_at: identity.grantedAt,
        ...fromTokens(identity.tokens),
        refreshing_until: identity.refreshingUntil,
      })
      .onConflict((conflict) => conflict.columns(['provider', 'issuer', 'subject']).doNothing())
      .returning('id')
      .executeTakeFirst()
    return row !== undefined
  },
  findBySubject: async ({ provider, issuer, subject }) =>
    orNull(
      await db
        .selectFrom('identities')
        .select(columns)
        .where('provider', '=', provider)
        .where('issuer', '=', issuer)
        .where('subject', '=', subject)
        .executeTakeFirst(),
    ),
  listOfUser: async (userId) => {
    const rows = await db
      .selectFrom('identities')
      .select(columns)
      .where('user_id', '=', userId)
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    return rows.map(toIdentity)
  },
  findToCall: async (userId, { provider, issuer }) => {
    const row = await db
      .selectFrom('identities')
      .select(columns)
      .select((identity) =>
        identity
          .selectFrom('sessions')
          .select((session) => session.fn.max<number | null>('revoked_at').as('last'))
          .where('sessions.user_id', '=', userId)
          .as('signedOutAt'),
      )
      .where('user_id', '=', userId)
      .where('provider', '=', provider)
      .where('issuer', '=', issuer)
      .where(({ exists, selectFrom }) =>
        exists(selectFrom('users').select('users.id').where('users.id', '=', userId).where('is_active', '=', true)),
      )
      .orderBy('granted_at', 'desc')
      .orderBy('id')
      .limit(1)
      .executeTakeFirst()
    if (!row) return null
    const { signedOutAt, ...read } = row
    return { identity: toIdentity(read), signedOutAt }
  },
  noteUse: async (id, { email, label, now }) =>
    changed(
      await db
        .updateTable('identities')
        .set({ email, label, last_used_at: now })
        .where('id', '=', id)
        .executeTakeFirstOrThrow(),
    ),
  putTokens: async (id, tokens, now) =>
    changed(
      await db
        .updateTable('identities')
        .set({ ...fromTokens(tokens), granted_at: now, refreshing_until: null })
        .where('id', '=', id)
        .executeTakeFirstOrThrow(),
    ),
  remove: async (userId, id) =>
    orNull(
      await db
        .deleteFrom('identities')
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .returning(columns)
        .executeTakeFirst(),
    ),
  removeAll: async (userId) => {
    const rows = await db.deleteFrom('identities').where('user_id', '=', userId).returning(columns).execute()
    return rows.map(toIdentity)
  },
  disown: async (disconnected, now) => {
    if (disconnected.length === 0) return
    await db
      .insertInto('disowned_identities')
      .values(disconnected.map((who) => ({ user_id: who.userId, mark: disownedMark(who), created_at: now })))
      .onConflict((conflict) => conflict.columns(['user_id', 'mark']).doNothing())
      .execute()
  },

  isDisowned: async (who) => {
    const row = await db
      .selectFrom('disowned_identities')
      .select('mark')
      .where('user_id', '=', who.userId)
      .where('mark', '=', disownedMark(who))
      .executeTakeFirst()
    return row !== undefined
  },

  takeBack: async (who) => {
    await db
      .deleteFrom('disowned_identities')
      .where('user_id', '=', who.userId)
      .where('mark', '=', disownedMark(who))
      .execute()
  },

  beginRefresh: async ({ id, tokens }, until, now) => {
    if (tokens === null) return false
    const result = await db
      .updateTable('identities')
      .set({ refreshing_until: until })
      .where('id', '=', id)
      .where('sealed_tokens', '=', tokens.sealed)
      .where((where) => where.or([where('refreshing_until', 'is', null), where('refreshing_until', '<=', now)]))
      .executeTakeFirstOrThrow()
    return changed(result)
  },
  endRefresh: async ({ id, until }, tokens) =>
    changed(
      await db
        .updateTable('identities')
        .set({ ...fromTokens(tokens), refreshing_until: null })
        .where('id', '=', id)
        .where('refreshing_until', '=', until)
        .executeTakeFirstOrThrow(),
    ),
  leaveRefresh: async ({ id, until }) => {
    await db
      .updateTable('identities')
      .set({ refreshing_until: null })
      .where('id', '=', id)
      .where('refreshing_until', '=', until)
      .execute()
  },
  replaceSealed: async ({ id, tokens }, sealed, keyId) => {
    if (tokens === null) return false
    const result = await db
      .updateTable('identities')
      .set({ sealed_tokens: sealed, key_id: keyId })
      .where('id', '=', id)
      .where('sealed_tokens', '=', tokens.sealed)
      .executeTakeFirstOrThrow()
    return changed(result)
  },
  listNotUnder: async (keyId, after, limit) => {
    const rows = await db
      .selectFrom('identities')
      .select(columns)
      .where('key_id', '!=', keyId)
      .$if(after !== null, (query) => query.where('id', '>', after as string))
      .orderBy('id')
      .limit(limit)
      .execute()
    return rows.map(toIdentity)
  },
})

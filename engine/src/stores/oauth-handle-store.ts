import type { Kysely } from 'kysely'
import type { OAuthHandle, OAuthHandleStore } from '../oauth/store.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import { deleteOldest } from './delete-oldest.ts'
import type { Dialect } from './dialect.ts'
import { fromLinking, toLinking } from './linking.ts'
import type { Tables } from './schema.ts'

const columns = [
  'handle_hash as handleHash',
  'purpose',
  'provider',
  'browser_hash as browserHash',
  'sealed',
  'return_to as returnTo',
  'user_id as userId',
  'session_id as sessionId',
  'created_at as createdAt',
  'expires_at as expiresAt',
] as const

type Read = Omit<OAuthHandle, 'linking' | 'sealed'> & {
  readonly sealed: string | null
  readonly userId: UserId | null
  readonly sessionId: SessionId | null
}

/** One that is not used has what it holds. */
const toHandle = (row: Read | undefined): OAuthHandle | null =>
  row && row.sealed !== null ? toLinking({ ...row, sealed: row.sealed }) : null

export const createOAuthHandleStore = (db: Kysely<Tables>, dialect: Dialect): OAuthHandleStore => ({
  insert: async (handle) => {
    await db
      .insertInto('oauth_handles')
      .values({
        handle_hash: handle.handleHash,
        purpose: handle.purpose,
        provider: handle.provider,
        browser_hash: handle.browserHash,
        sealed: handle.sealed,
        return_to: handle.returnTo,
        ...fromLinking(handle.linking),
        created_at: handle.createdAt,
        expires_at: handle.expiresAt,
        used_at: null,
      })
      .execute()
  },
  find: async ({ handleHash, purpose, browserHashes }, now) => {
    if (browserHashes.length === 0) return null
    const row = await db
      .selectFrom('oauth_handles')
      .select(columns)
      .where('handle_hash', '=', handleHash)
      .where('purpose', '=', purpose)
      .where('browser_hash', 'in', browserHashes)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirst()
    return toHandle(row)
  },
  use: async ({ handleHash, purpose, browserHashes }, now) => {
    if (browserHashes.length === 0) return null
    const row = await db
      .updateTable('oauth_handles')
      .set({ used_at: now })
      .where('handle_hash', '=', handleHash)
      .where('purpose', '=', purpose)
      .where('browser_hash', 'in', browserHashes)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .returning(columns)
      .executeTakeFirst()
    if (!row) return null
    // A second statement: what an update gives back is the row as it is after it.
    await db.updateTable('oauth_handles').set({ sealed: null }).where('handle_hash', '=', handleHash).execute()
    return toHandle(row)
  },
  standing: async (handleHash) => {
    const row = await db
      .selectFrom('oauth_handles')
      .select(['provider', 'used_at as usedAt', 'expires_at as expiresAt'])
      .where('handle_hash', '=', handleHash)
      .executeTakeFirst()
    return row ?? null
  },
  deleteOld: (before, limit) => deleteOldest(db, dialect, 'oauth_handles', { before, limit }),
})

import type { Kysely } from 'kysely'
import type { OAuthStateStore } from '../oauth/store.ts'
import { deleteOldest } from './delete-oldest.ts'
import type { Dialect } from './dialect.ts'
import { fromLinking, toLinking } from './linking.ts'
import type { Tables } from './schema.ts'

const columns = [
  'state_hash as stateHash',
  'purpose',
  'provider',
  'browser_hash as browserHash',
  'frontend',
  'return_to as returnTo',
  'user_id as userId',
  'session_id as sessionId',
  'created_at as createdAt',
  'expires_at as expiresAt',
] as const

export const createOAuthStateStore = (db: Kysely<Tables>, dialect: Dialect): OAuthStateStore => ({
  insert: async (state) => {
    await db
      .insertInto('oauth_states')
      .values({
        state_hash: state.stateHash,
        purpose: state.purpose,
        provider: state.provider,
        browser_hash: state.browserHash,
        frontend: state.frontend,
        return_to: state.returnTo,
        ...fromLinking(state.linking),
        created_at: state.createdAt,
        expires_at: state.expiresAt,
        used_at: null,
      })
      .execute()
  },
  use: async ({ stateHash, provider, browserHashes }, now) => {
    if (browserHashes.length === 0) return null
    const row = await db
      .updateTable('oauth_states')
      .set({ used_at: now })
      .where('state_hash', '=', stateHash)
      .where('provider', '=', provider)
      .where('browser_hash', 'in', browserHashes)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .returning(columns)
      .executeTakeFirst()
    return row ? toLinking(row) : null
  },
  standing: async (stateHash) => {
    const row = await db
      .selectFrom('oauth_states')
      .select(['provider', 'used_at as usedAt', 'expires_at as expiresAt'])
      .where('state_hash', '=', stateHash)
      .executeTakeFirst()
    return row ?? null
  },
  deleteOld: (before, limit) => deleteOldest(db, dialect, 'oauth_states', { before, limit }),
})

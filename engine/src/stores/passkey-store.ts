import type { Kysely } from 'kysely'
import type { PasskeyRow, PasskeyStore } from '../passkeys/store.ts'
import type { Tables } from './schema.ts'

const columns = [
  'id',
  'user_id as userId',
  'credential_id as credentialId',
  'public_key as publicKey',
  'counter',
  'backup_eligible as backupEligible',
  'backed_up as backedUp',
  'transports',
  'name',
  'created_at as createdAt',
  'last_used_at as lastUsedAt',
] as const

type Read = Omit<PasskeyRow, 'backupEligible' | 'backedUp' | 'transports'> & {
  readonly backupEligible: boolean | number
  readonly backedUp: boolean | number
  readonly transports: string
}

const toPasskey = (row: Read): PasskeyRow => ({
  ...row,
  backupEligible: Boolean(row.backupEligible),
  backedUp: Boolean(row.backedUp),
  transports: JSON.parse(row.transports),
})
const orNull = (row: Read | undefined): PasskeyRow | null => (row ? toPasskey(row) : null)

export const createPasskeyStore = (db: Kysely<Tables>): PasskeyStore => ({
  insert: async (passkey) => {
    const row = await db
      .insertInto('passkeys')
      .values({
        id: passkey.id,
        user_id: passkey.userId,
        credential_id: passkey.credentialId,
        public_key: passkey.publicKey,
        counter: passkey.counter,
        backup_eligible: passkey.backupEligible,
        backed_up: passkey.backedUp,
        transports: JSON.stringify(passkey.transports),
        name: passkey.name,
        created_at: passkey.createdAt,
        last_used_at: passkey.lastUsedAt,
      })
      .onConflict((conflict) => conflict.column('credential_id').doNothing())
      .returning('id')
      .executeTakeFirst()
    return row !== undefined
  },
  findByCredentialId: async (credentialId) =>
    orNull(
      await db.selectFrom('passkeys').select(columns).where('credential_id', '=', credentialId).executeTakeFirst(),
    ),
  listOfUser: async (userId) => {
    const rows = await db
      .selectFrom('passkeys')
      .select(columns)
      .where('user_id', '=', userId)
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    return rows.map(toPasskey)
  },
  use: async (id, { counter, backedUp, now }) => {
    const row = await db
      .updateTable('passkeys')
      .set({ counter, backed_up: backedUp, last_used_at: now })
      .where('id', '=', id)
      .where((where) => (counter === 0 ? where('counter', '=', 0) : where('counter', '<', counter)))
      .returning('id')
      .executeTakeFirst()
    return row !== undefined
  },
  rename: async (userId, id, name) =>
    orNull(
      await db
        .updateTable('passkeys')
        .set({ name })
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .returning(columns)
        .executeTakeFirst(),
    ),
  remove: async (userId, id) =>
    orNull(
      await db
        .deleteFrom('passkeys')
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .returning(columns)
        .executeTakeFirst(),
    ),
})

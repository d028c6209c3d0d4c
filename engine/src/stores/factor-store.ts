import type { Kysely } from 'kysely'
import type { UserId } from '../primitives/ids.ts'
import type { FactorStore } from '../second-factor/store.ts'
import { precompile } from './precompile.ts'
import type { Tables } from './schema.ts'

export const prepareFactorStore = (root: Kysely<Tables>): ((db: Kysely<Tables>) => FactorStore) => {
  const held = precompile((wanted: { userId: UserId }) =>
    root.selectNoFrom((each) => [
      each
        .selectFrom('totp_factors')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('user_id', '=', wanted.userId)
        .as('totp'),
      each
        .selectFrom('passkeys')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('user_id', '=', wanted.userId)
        .as('passkeys'),
      each
        .selectFrom('recovery_codes')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('user_id', '=', wanted.userId)
        .where('used_at', 'is', null)
        .as('recoveryCodes'),
    ]),
  )
  return (db) => ({
    held: async (userId) => {
      const { rows } = await held(db, { userId })
      const [row] = rows
      return {
        totp: Number(row?.totp) > 0,
        passkeys: Number(row?.passkeys),
        recoveryCodes: Number(row?.recoveryCodes),
      }
    },
  })
}

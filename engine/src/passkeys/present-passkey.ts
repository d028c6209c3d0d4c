import type { Passkey } from '@vigile/contract'
import type { PasskeyRow } from './store.ts'

/** A passkey as its owner sees it: nothing of keys. */
export const presentPasskey = ({ id, name, createdAt, lastUsedAt, backedUp }: PasskeyRow): Passkey => ({
  id,
  name,
  createdAt,
  lastUsedAt,
  backedUp,
})

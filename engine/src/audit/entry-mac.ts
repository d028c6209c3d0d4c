// Each entry gets a MAC in the process that writes it, with a key that the database does not hold: who can write to the
// database alone can't add an entry, nor change one.
import type { DerivedKeys } from '../keys/derive.ts'
import type { Keyring } from '../keys/keyring.ts'
import { equalInConstantTime } from '../primitives/constant-time.ts'
import { hmacSha256 } from '../primitives/hash.ts'
import { commitmentOf, contentOf } from './canonical.ts'
import type { StoredEntry } from './chain-store.ts'

/** `keyId.mac` */
export const macOf = (key: DerivedKeys, content: string): string => `${key.id}.${hmacSha256(key.audit, content)}`

/** `unknown_key`: its secret is not, or no longer, known to this node. */
export type MacVerdict = 'right' | 'wrong' | 'unknown_key'

export const checkMac = async (keyring: Pick<Keyring, 'find'>, entry: StoredEntry): Promise<MacVerdict> => {
  const [keyId, mac] = entry.mac?.split('.') ?? []
  if (!keyId || !mac) return 'wrong'
  const key = await keyring.find(keyId)
  if (!key) return 'unknown_key'
  return equalInConstantTime(entry.mac ?? '', macOf(key, contentOf(entry))) ? 'right' : 'wrong'
}

/** Whether what tells of a person is what was written. `blank`: it is not there any more. */
export const checkPersonal = (entry: StoredEntry): 'right' | 'wrong' | 'blank' => {
  if (entry.salt !== null) return commitmentOf(entry.salt, entry) === entry.commitment ? 'right' : 'wrong'
  return entry.ip === null && entry.userAgent === null && entry.personal === null ? 'blank' : 'wrong'
}

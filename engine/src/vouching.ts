// What vouches for a manifest of a backup: a MAC under a key that the place where backups lie does not hold.
import { deriveKeys } from './keys/derive.ts'
import type { Secrets } from './options.ts'
import { equalInConstantTime } from './primitives/constant-time.ts'
import { hmacSha256 } from './primitives/hash.ts'
import { listOf } from './settings/secrets.ts'

export type Vouching = {
  /** `keyId.mac` of a text, under the newest secret. */
  vouch(text: string): Promise<string>
  /** `unknown_key`: its secret is not in the list. */
  check(text: string, mac: string): Promise<'right' | 'wrong' | 'unknown_key'>
  /** The ids of the secrets, newest first. They tell nothing of them. */
  keyIds(): Promise<readonly string[]>
}

/**
 * Vouches for texts with the secrets of an engine, without one: its database may be gone. Rejects where the secrets can't be read.
 *
 * @example
 * const vouching = createVouching(process.env.VIGILE_SECRET)
 * await writeFile('manifest.mac', await vouching.vouch(manifest))
 */
export const createVouching = (secrets: Secrets | undefined): Vouching => {
  const keys = async () => (typeof secrets === 'function' ? await secrets() : listOf(secrets)).map(deriveKeys)
  return {
    vouch: async (text) => {
      const [newest] = await keys()
      if (!newest) throw new Error('there is no secret')
      return `${newest.id}.${hmacSha256(newest.backup, text)}`
    },
    check: async (text, mac) => {
      const key = (await keys()).find(({ id }) => id === mac.split('.')[0])
      if (!key) return 'unknown_key'
      return equalInConstantTime(mac, `${key.id}.${hmacSha256(key.backup, text)}`) ? 'right' : 'wrong'
    },
    keyIds: async () => (await keys()).map(({ id }) => id),
  }
}

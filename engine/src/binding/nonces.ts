// Nonces from which the freshness of a proof is taken, never from the browser's clock (RFC 9449 section 8). They are derived
// from the secrets and the time, so that every node knows each of them and none is stored.
import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import { equalInConstantTime } from '../primitives/constant-time.ts'
import { hmacSha256 } from '../primitives/hash.ts'

const windowMs = 60_000
const form = /^([A-Za-z0-9_-]{11})\.(0|[1-9]\d{0,11})\.([A-Za-z0-9_-]{43})$/

export type Nonces = {
  /** For one purpose (`''`: any proof): `keyId.window.MAC`. Good for the minutes that were set, or one less. */
  issue(purpose: string): string
  /** When the last node will have forgotten it (epoch milliseconds); null where it is forged, for another purpose, or too old. */
  check(nonce: string, purpose: string): Promise<number | null>
}

export const createNonces = ({
  keyring,
  clock,
  minutes = 5,
}: {
  readonly keyring: Pick<Keyring, 'find' | 'newest'>
  readonly clock: Clock
  readonly minutes?: number
}): Nonces => {
  /** Good in the window that it was made in, and in so many more. */
  const windowsMore = minutes - 1
  const mac = (key: { readonly proof: Uint8Array }, window: string, purpose: string) =>
    hmacSha256(key.proof, `nonce.${window}.${purpose}`)
  const current = () => Math.floor(clock.now() / windowMs)
  return {
    issue: (purpose) => {
      const key = keyring.newest()
      const window = `${current()}`
      return `${key.id}.${window}.${mac(key, window, purpose)}`
    },
    check: async (nonce, purpose) => {
      const [, keyId = '', window = '', given = ''] = form.exec(nonce) ?? []
      const key = keyId === '' ? null : await keyring.find(keyId)
      if (!key || !equalInConstantTime(mac(key, window, purpose), given)) return null
      const age = current() - Number(window)
      // One window ahead: the nodes' ideas of the database's time differ a little.
      return age < -1 || age > windowsMore ? null : (Number(window) + windowsMore + 2) * windowMs
    },
  }
}

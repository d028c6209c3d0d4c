// Keys that come from `VIGILE_SECRET`. One secret gives a key for each purpose (HKDF, RFC 5869), so none serves two ends.
import { hkdfSync } from 'node:crypto'
import { sha256 } from '../primitives/hash.ts'

/** Characters of a key's id. */
export const keyIdLength = 11

export type DerivedKeys = {
  /** Names the secret without telling anything of it; derived from the MAC key itself, so a key can't be mislabelled. */
  readonly id: string
  readonly mac: Uint8Array
  readonly csrf: Uint8Array
  readonly seal: Uint8Array
  readonly proof: Uint8Array
  /** Of the entries of the audit log. */
  readonly audit: Uint8Array
  /** Seed of the Ed25519 key that signs the head and the checkpoints of the audit log (RFC 8032). */
  readonly auditSeed: Uint8Array
  /** Of what stands for an email or an address in the record and in ids. */
  readonly pseudonym: Uint8Array
  /** Of the manifests of backups. */
  readonly backup: Uint8Array
}

const derive = (secret: string, purpose: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, 'vigile', purpose, 32))

export const deriveKeys = (secret: string): DerivedKeys => {
  const mac = derive(secret, 'refresh token mac')
  return {
    id: sha256(`vigile key id ${Buffer.from(mac).toString('base64url')}`, 'base64url').slice(0, keyIdLength),
    mac,
    csrf: derive(secret, 'csrf token mac'),
    seal: derive(secret, 'seal of signing keys'),
    proof: derive(secret, 'proof nonce mac'),
    audit: derive(secret, 'audit entry mac'),
    auditSeed: derive(secret, 'audit signature seed'),
    pseudonym: derive(secret, 'pseudonym mac'),
    backup: derive(secret, 'backup manifest mac'),
  }
}

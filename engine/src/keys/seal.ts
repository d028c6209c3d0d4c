// Private signing keys are sealed with AES-256-GCM under a key that the database does not hold.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { DerivedKeys } from './derive.ts'

/** `v1.keyId.iv.ciphertext+tag`, bound to `context` (what is sealed, and whose). */
export const seal = (key: DerivedKeys, context: string, text: string): string => {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key.seal, iv).setAAD(Buffer.from(context))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `v1.${key.id}.${iv.toString('base64url')}.${sealed.toString('base64url')}`
}

export const sealedWith = (sealed: string): string => sealed.split('.')[1] ?? ''

/** The text, or a fault where the seal was broken or belongs to another context. */
export const unseal = (key: DerivedKeys, context: string, sealed: string): string => {
  const [version, keyId, iv, body] = sealed.split('.')
  if (version !== 'v1' || keyId !== key.id || !iv || !body) throw new Error('not a sealed text of this key')
  const bytes = Buffer.from(body, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key.seal, Buffer.from(iv, 'base64url'), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-16))
  return decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
}

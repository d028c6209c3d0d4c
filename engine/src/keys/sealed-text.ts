// What is kept under seal because it is needed in clear again: whoever has the database alone has none of it.
import { UnavailableError } from '../primitives/unavailable.ts'
import type { Keyring } from './keyring.ts'
import { seal, sealedWith, unseal } from './seal.ts'

/** Under the newest key, bound to `context` (what it is, and whose). */
export const sealText = (
  keyring: Pick<Keyring, 'newest'>,
  context: string,
  text: string,
): { readonly sealed: string; readonly keyId: string } => {
  const key = keyring.newest()
  return { sealed: seal(key, context, text), keyId: key.id }
}

/** Unavailable where this node does not know the key (yet). Throws where the seal is broken or of another context. */
export const openText = async (
  keyring: Pick<Keyring, 'find'>,
  context: string,
  { what, sealed }: { readonly what: string; readonly sealed: string },
): Promise<string> => {
  const key = await keyring.find(sealedWith(sealed))
  if (!key) throw new UnavailableError(`${what} is sealed with a key that this node does not know`)
  return unseal(key, context, sealed)
}

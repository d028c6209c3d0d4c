// The secret of an authenticator app is needed in clear to check a code, so it is sealed, not hashed: whoever has the database
// alone has no secret.
import type { Keyring } from '../keys/keyring.ts'
import { seal, sealedWith, unseal } from '../keys/seal.ts'
import type { UserId } from '../primitives/ids.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import type { TotpFactor, TotpStore } from './store.ts'

const contextOf = (userId: UserId) => `totp ${userId}`

/** Under the newest key. */
export const sealSecret = (
  keyring: Pick<Keyring, 'newest'>,
  userId: UserId,
  secret: string,
): { readonly sealed: string; readonly keyId: string } => {
  const key = keyring.newest()
  return { sealed: seal(key, contextOf(userId), secret), keyId: key.id }
}

/** Unavailable where this node does not know the key (yet): never taken for a wrong code. */
export const openSecret = async (
  keyring: Pick<Keyring, 'find'>,
  { userId, sealed }: Pick<TotpFactor, 'userId' | 'sealed'>,
): Promise<string> => {
  const key = await keyring.find(sealedWith(sealed))
  if (!key)
    throw new UnavailableError('the secret of an authenticator app is sealed with a key that this node does not know')
  return unseal(key, contextOf(userId), sealed)
}

/** Seals a secret anew where a newer key is there by now, so that old ones need not be kept for ever. */
export const sealAnew = async (
  keyring: Pick<Keyring, 'newest'>,
  totp: Pick<TotpStore, 'replaceSealed'>,
  factor: TotpFactor,
  secret: string,
): Promise<void> => {
  if (factor.keyId === keyring.newest().id) return
  const { sealed, keyId } = sealSecret(keyring, factor.userId, secret)
  // False: another node was quicker, or the app was replaced.
  await totp.replaceSealed(factor, sealed, keyId)
}

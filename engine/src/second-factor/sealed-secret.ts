// The secret of an authenticator app is needed in clear to check a code, so it is sealed, not hashed: whoever has the database
// alone has no secret.
import type { Keyring } from '../keys/keyring.ts'
import type { UnderSeal } from '../keys/seal-all-anew.ts'
import { openText, sealText } from '../keys/sealed-text.ts'
import type { UserId } from '../primitives/ids.ts'
import type { TotpFactor, TotpStore } from './store.ts'

const contextOf = (userId: UserId) => `totp ${userId}`

/** Under the newest key. */
export const sealSecret = (
  keyring: Pick<Keyring, 'newest'>,
  userId: UserId,
  secret: string,
): { readonly sealed: string; readonly keyId: string } => sealText(keyring, contextOf(userId), secret)

/** Unavailable where this node does not know the key (yet): never taken for a wrong code. */
export const openSecret = (
  keyring: Pick<Keyring, 'find'>,
  { userId, sealed }: Pick<TotpFactor, 'userId' | 'sealed'>,
): Promise<string> => openText(keyring, contextOf(userId), { what: 'the secret of an authenticator app', sealed })

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

/** Every app's, for the hourly job. */
export const sealedSecrets = (deps: {
  readonly keyring: Pick<Keyring, 'find' | 'newest'>
  readonly totp: Pick<TotpStore, 'listNotUnder' | 'replaceSealed'>
}): UnderSeal<TotpFactor> => ({
  kind: 'an authenticator app',
  alert: 'totp_sealed',
  listNotUnder: (keyId, after, limit) => deps.totp.listNotUnder(keyId, after?.userId ?? null, limit),
  keyIdOf: ({ keyId }) => keyId,
  sealAnew: async (factor) => sealAnew(deps.keyring, deps.totp, factor, await openSecret(deps.keyring, factor)),
})

// A provider's tokens are needed in clear to call it, so they are sealed (OAU-7), and bound to their row: moved to another one by
// whoever can write to the database, they don't open.
import type { Keyring } from '../keys/keyring.ts'
import type { UnderSeal } from '../keys/seal-all-anew.ts'
import { openText, sealText } from '../keys/sealed-text.ts'
import type { Identity, IdentityStore, SealedTokens } from './store.ts'

export type Tokens = {
  readonly accessToken: string
  readonly refreshToken: string | null
  /** Epoch milliseconds; null: the provider did not say. */
  readonly expiresAt: number | null
  readonly scope: string | null
}

const contextOf = ({ id, userId }: Pick<Identity, 'id' | 'userId'>) => `identity tokens ${id} ${userId}`

/** Under the newest key, for this row alone. */
export const sealTokens = (
  keyring: Pick<Keyring, 'newest'>,
  identity: Pick<Identity, 'id' | 'userId'>,
  tokens: Tokens,
): SealedTokens => ({
  ...sealText(keyring, contextOf(identity), JSON.stringify(tokens)),
  expiresAt: tokens.expiresAt,
})

/** Null: none are held. Unavailable where this node does not know the key (yet). Throws on what was sealed for another row. */
export const openTokens = async (keyring: Pick<Keyring, 'find'>, identity: Identity): Promise<Tokens | null> => {
  if (identity.tokens === null) return null
  const { sealed } = identity.tokens
  return JSON.parse(await openText(keyring, contextOf(identity), { what: 'the token of a provider', sealed }))
}

/** Every identity's, for the hourly job. */
export const sealedTokens = ({
  keyring,
  identities,
}: {
  readonly keyring: Pick<Keyring, 'find' | 'newest'>
  readonly identities: Pick<IdentityStore, 'listNotUnder' | 'replaceSealed'>
}): UnderSeal<Identity> => ({
  kind: 'the token of a provider',
  alert: 'tokens_sealed',
  listNotUnder: (keyId, after, limit) => identities.listNotUnder(keyId, after?.id ?? null, limit),
  keyIdOf: ({ tokens }) => tokens?.keyId ?? null,
  sealAnew: async (identity) => {
    const tokens = await openTokens(keyring, identity)
    if (tokens === null) return
    const { sealed, keyId } = sealTokens(keyring, identity, tokens)
    // False: they were refreshed or put anew meanwhile.
    await identities.replaceSealed(identity, sealed, keyId)
  },
})

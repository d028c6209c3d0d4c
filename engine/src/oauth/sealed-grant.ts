// What a provider gave with a sign-in that waits for its second factor waits with it, under seal: before that is passed, whoever
// came is not known to be the account's owner, and nothing of theirs becomes the account's (S-15, OAU-7).
import type { Keyring } from '../keys/keyring.ts'
import { openText, sealText } from '../keys/sealed-text.ts'
import type { PendingSignIn } from '../second-factor/store.ts'
import type { Provider } from './provider.ts'
import type { HandleContent } from './sealed-handle.ts'

export type Grant = HandleContent & {
  readonly provider: Pick<Provider, 'id' | 'name'>
  /** What the account was found by: an identity that it has, or an email that the provider and a letter vouch for. */
  readonly by: 'identity' | 'email'
}

const contextOf = (tokenHash: string) => `oauth grant ${tokenHash}`

export const sealGrant = (keyring: Pick<Keyring, 'newest'>, tokenHash: string, grant: Grant): string =>
  sealText(keyring, contextOf(tokenHash), JSON.stringify(grant)).sealed

/** Null: the sign-in began without a provider. Unavailable where this node does not know the key (yet). */
export const openGrant = async (
  keyring: Pick<Keyring, 'find'>,
  { tokenHash, grant: sealed }: Pick<PendingSignIn, 'tokenHash' | 'grant'>,
): Promise<Grant | null> =>
  sealed === null
    ? null
    : JSON.parse(await openText(keyring, contextOf(tokenHash), { what: 'what a provider gave', sealed }))

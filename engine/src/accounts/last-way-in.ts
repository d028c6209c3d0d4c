import type { Identity } from '../identities/store.ts'
import type { Account } from './store.ts'

/**
 * Whether anything is left to sign in with by itself: a password, a passkey, or an account at a provider that is still set up here.
 * A link by mail does not count: whoever connects accounts may have lost the mailbox. Ask with the account's row held.
 */
export const isWayInLeft = (
  { providers }: { readonly providers: readonly { readonly id: string }[] },
  { passwordHash }: Pick<Account, 'passwordHash'>,
  left: { readonly passkeys: number; readonly identities: readonly Pick<Identity, 'provider'>[] },
): boolean =>
  passwordHash !== null ||
  left.passkeys > 0 ||
  left.identities.some(({ provider }) => providers.some(({ id }) => id === provider))

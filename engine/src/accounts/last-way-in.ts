import type { Identity } from '../identities/store.ts'
import type { Account } from './store.ts'

/** As far as accounts need to know of providers. */
export type SetUp = { readonly id: string; readonly server: { readonly issuer: string } }

/**
 * Whether anything is left to sign in with by itself: a password, a passkey, or an account at a provider that is still set up here.
 * A link by mail does not count: whoever connects accounts may have lost the mailbox. Ask with the account's row held.
 */
export const isWayInLeft = (
  { providers }: { readonly providers: readonly SetUp[] },
  { passwordHash }: Pick<Account, 'passwordHash'>,
  left: { readonly passkeys: number; readonly identities: readonly Pick<Identity, 'provider' | 'issuer'>[] },
): boolean =>
  passwordHash !== null ||
  left.passkeys > 0 ||
  left.identities.some(({ provider, issuer }) =>
    providers.some(({ id, server }) => id === provider && server.issuer === issuer),
  )

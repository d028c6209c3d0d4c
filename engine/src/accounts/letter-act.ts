// What the acts behind links of letters have in common.
import type { AuditStore } from '../audit/store.ts'
import type { IdentityStore } from '../identities/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { OutboxStore } from '../mail/store.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { Transact } from '../primitives/transact.ts'
import type { RoleStore } from '../roles/store.ts'
import type { TotpStore } from '../second-factor/store.ts'
import type { SessionStore } from '../sessions/store.ts'
import type { AccountActDeps } from './acts-on-accounts.ts'
import type { ClosureStore } from './closure-store.ts'
import type { IdentitiesGone } from './delete-account.ts'
import type { RemoveSinceStores } from './remove-since.ts'
import type { AccountStore } from './store.ts'

export type LetterActStores = RemoveSinceStores & {
  readonly totp: Pick<TotpStore, 'put'>
  readonly accounts: AccountStore
  readonly closures: ClosureStore
  readonly sessions: SessionStore
  readonly identities: Pick<IdentityStore, 'listOfUser' | 'removeAll' | 'disown'>
  readonly oneTimeTokens: OneTimeTokenStore
  readonly outbox: OutboxStore
  readonly roles: RoleStore
  readonly audit: AuditStore
}

export type LetterActDeps = Omit<AccountActDeps, 'transact'> & {
  readonly oneTimeTokens: Pick<OneTimeTokenStore, 'find'>
  readonly transact: Transact<LetterActStores>
  readonly keyring: Pick<Keyring, 'newest'>
  readonly identitiesGone: IdentitiesGone
  /** The outbox has something new. */
  readonly mailPosted: () => void
}

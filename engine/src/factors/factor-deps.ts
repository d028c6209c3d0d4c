// What the acts on second factors have in common.
import type { AttemptDeps } from '../accounts/attempt.ts'
import type { EnterDeps, EnterStores } from '../accounts/enter.ts'
import type { AccountStore } from '../accounts/store.ts'
import type { RecordLimit } from '../audit/limit-record.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { OutboxStore } from '../mail/store.ts'
import type { KeepGrantStores } from '../oauth/keep-grant.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { PasskeyStore } from '../passkeys/store.ts'
import type { Channel } from '../primitives/channel.ts'
import type { Transact } from '../primitives/transact.ts'
import type { FactorStore, PendingSignInStore, RecoveryCodeStore, TotpStore } from '../second-factor/store.ts'

export type FactorStores = EnterStores &
  KeepGrantStores & {
    readonly accounts: AccountStore
    readonly totp: TotpStore
    readonly passkeys: PasskeyStore
    readonly recoveryCodes: RecoveryCodeStore
    readonly oneTimeTokens: OneTimeTokenStore
    readonly outbox: OutboxStore
  }

export type FactorDeps = EnterDeps &
  AttemptDeps & {
    readonly audit: AuditStore
    readonly recordLimit: RecordLimit
    readonly factors: FactorStore
    readonly totp: TotpStore
    readonly pendingSignIns: PendingSignInStore
    readonly keyring: Keyring
    readonly channel: Channel
    readonly transact: Transact<FactorStores>
    readonly mailPosted: () => void
    /** The site's name, as an authenticator app shows it. */
    readonly name: string
  }

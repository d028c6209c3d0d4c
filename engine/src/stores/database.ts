import type { ClosureStore } from '../accounts/closure-store.ts'
import type { AccountStore } from '../accounts/store.ts'
import type { AlertStore } from '../alerts/store.ts'
import type { AuditChainStore } from '../audit/chain-store.ts'
import type { AuditStore } from '../audit/store.ts'
import type { UsedProofStore } from '../binding/store.ts'
import type { IdentityStore } from '../identities/store.ts'
import type { JobStore } from '../jobs/store.ts'
import type { KeyStore } from '../keys/store.ts'
import type { OutboxStore } from '../mail/store.ts'
import type { OAuthHandleStore, OAuthStateStore } from '../oauth/store.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { PasskeyStore } from '../passkeys/store.ts'
import type { SteadyClock } from '../primitives/clock.ts'
import type { Transact } from '../primitives/transact.ts'
import type { RoleStore } from '../roles/store.ts'
import type { FactorStore, PendingSignInStore, RecoveryCodeStore, TotpStore } from '../second-factor/store.ts'
import type { SessionStore } from '../sessions/store.ts'
import type { StatusStore } from '../status/store.ts'
import type { WebhookStore } from '../webhooks/store.ts'
import type { Connections } from './postgres-pool.ts'

export type Stores = {
  readonly sessions: SessionStore
  readonly accounts: AccountStore
  readonly closures: ClosureStore
  readonly audit: AuditStore
  readonly auditChain: AuditChainStore
  readonly keys: KeyStore
  readonly jobs: JobStore
  readonly usedProofs: UsedProofStore
  readonly oneTimeTokens: OneTimeTokenStore
  readonly outbox: OutboxStore
  readonly pendingSignIns: PendingSignInStore
  readonly factors: FactorStore
  readonly totp: TotpStore
  readonly recoveryCodes: RecoveryCodeStore
  readonly passkeys: PasskeyStore
  readonly roles: RoleStore
  readonly oauthStates: OAuthStateStore
  readonly oauthHandles: OAuthHandleStore
  readonly identities: IdentityStore
  readonly webhooks: WebhookStore
  readonly alerts: AlertStore
  readonly status: StatusStore
}

/** A migrated state of the schema: what is there and what this program knows. */
export type MigrationState = { readonly pending: readonly string[]; readonly applied: readonly string[] }

/** What a database server says of itself. */
export type DatabaseServer = {
  /** `15.18`; `major`: 15. */
  readonly version: string
  readonly major: number
  /** Connections that it has for this user and this database, of whatever program. */
  readonly maxConnections: number
  /** Milliseconds by which its clock is ahead of this machine's (negative: behind), as far as the way there can't explain it. */
  readonly clockAheadMs: number
}

/** One database behind every store. */
export type Database = Stores & {
  readonly kind: 'sqlite' | 'postgres'
  readonly clock: SteadyClock
  readonly transact: Transact<Stores>
  /** Applies what is pending; harmless when several nodes do it at once. Gives the names applied. */
  migrate(): Promise<readonly string[]>
  migrationState(): Promise<MigrationState>
  /** Resolves when the database answers a trivial statement; rejects with the fault. */
  ping(): Promise<void>
  /** To PostgreSQL. */
  connections?(): Connections
  /** What PostgreSQL says of itself; migrated or not. */
  server?(): Promise<DatabaseServer>
  close(): Promise<void>
}

// The tables as the program sees them. Times are epoch milliseconds.
import type { AlertRule, Locale, SessionEndReason } from '@vigile/contract'
import type { ColumnType, Generated } from 'kysely'
import type { Told } from '../alerts/store.ts'
import type { BoundKey } from '../binding/bound-key.ts'
import type { LetterOutcome } from '../mail/store.ts'
import type { HandlePurpose } from '../oauth/store.ts'
import type { Purpose } from '../one-time-tokens/store.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import type { WayIn } from '../second-factor/store.ts'
import type { PartState } from '../status/period.ts'
import type { WebhookOutcome } from '../webhooks/store.ts'

/** PostgreSQL gives a boolean, SQLite 0 or 1: the stores make a boolean of it. */
type Flag = ColumnType<boolean | number, boolean, boolean>

export type UsersTable = {
  id: UserId
  email: string
  email_key: string
  email_verified_at: number | null
  name: string | null
  image: string | null
  locale: Locale | null
  is_active: Flag
  password_hash: string | null
  /** Email and name in lower case, for searching. */
  search_text: string
  created_at: number
  updated_at: number
}

export type SessionsTable = {
  id: SessionId
  user_id: UserId
  generation: number
  issue: number
  winner: number | null
  previous_winner: number | null
  rotated_at: number
  issued_at: number
  durable: Flag
  key_id: string
  bound_key: BoundKey | null
  replaces: SessionId | null
  idle_expires_at: number
  expires_at: number
  revoked_at: number | null
  revoked_reason: SessionEndReason | null
  created_at: number
  authenticated_at: number
  second_factor: Flag
  last_used_at: number
  ip: string | null
  user_agent: string | null
  /** Computed by the database: the first of idle end, absolute end and revocation. */
  ends_at: Generated<number>
}

export type KnownDevicesTable = {
  user_id: UserId
  device_hash: string
  created_at: number
  last_used_at: number
}

export type SignInAttemptsTable = {
  email_hash: string
  failed: number
  last_at: number
  user_id: string | null
}

export type AuditEntriesTable = {
  id: string
  at: number
  /** No foreign key: entries outlive the account. */
  user_id: string | null
  actor_id: string | null
  action: string
  resource: string | null
  resource_id: string | null
  /** JSON as text: kept to the byte. */
  details: string
  ip: string | null
  user_agent: string | null
  request_id: string | null
  /** Details that tell of a person, as JSON. */
  personal: string | null
  salt: string | null
  commitment: string | null
  mac: string | null
  position: number | null
  hash: string | null
}

export type AuditHeadTable = {
  id: number
  statement: string
  signature: string
}

export type AuditAnchorsTable = {
  name: string
  statement: string | null
  signature: string | null
  leased_until: number
}

export type AuditCheckpointsTable = {
  position: number
  statement: string
  signature: string
}

export type SigningKeysTable = {
  id: string
  /** 1, 2, 3 …: unique, so that of several nodes that add the next key one wins. */
  position: number
  algorithm: 'EdDSA' | 'ES256'
  public_jwk: string
  sealed_private_jwk: string
  created_at: number
  signs_from: number
  /** The longest life of a token of it, as nodes of this release know. */
  token_seconds: number | null
}

export type NodesTable = {
  id: string
  /** JSON array. */
  key_ids: string
  seen_at: number
}

export type JobRunsTable = {
  job: string
  slot: number
  node: string
  claimed_at: number
  leased_until: number
  finished_at: number | null
  result: string | null
}

export type UsedProofsTable = {
  proof: string
  until: number
}

export type OneTimeTokensTable = {
  token_hash: string
  purpose: Purpose
  /** Null: of an address that has no account. Nobody holds the token; the row makes both cost the same. */
  user_id: UserId | null
  email_key: string
  /** What the link is about beyond its purpose. */
  about: string | null
  created_at: number
  expires_at: number
  used_at: number | null
}

export type OutboxTable = {
  id: string
  kind: string
  /** Whose letter it is; null: of an address that has no account. */
  user_id: UserId | null
  /** The letter, sealed; null once it has gone out or was given up, and where it is for nobody. */
  sealed: string | null
  created_at: number
  expires_at: number
  next_at: number
  tries: number
  ended_at: number | null
  outcome: LetterOutcome | null
}

export type PendingSignInsTable = {
  token_hash: string
  user_id: UserId
  way_in: WayIn
  /** Null: it began without a provider, or is over. */
  sealed_grant: string | null
  created_at: number
  expires_at: number
  tries: number
  ended_at: number | null
}

export type TotpFactorsTable = {
  user_id: UserId
  sealed: string
  key_id: string
  /** Of the last code that was used: it and those before are good no more. */
  last_step: number
  created_at: number
}

export type TotpEnrolmentsTable = {
  user_id: UserId
  sealed: string
  created_at: number
  expires_at: number
}

export type RecoveryCodesTable = {
  user_id: UserId
  code_hash: string
  created_at: number
  used_at: number | null
}

export type PasskeysTable = {
  id: string
  user_id: UserId
  credential_id: string
  public_key: string
  counter: number
  backup_eligible: Flag
  backed_up: Flag
  /** JSON array. */
  transports: string
  name: string
  created_at: number
  last_used_at: number | null
}

export type AccountClosuresTable = {
  user_id: UserId
  closed_at: number
  delete_at: number
  /** Whether the owner can still take it back. */
  revocable: Flag
}

type LinkingColumns = {
  /** Who is signed in here and began; null: nobody. */
  user_id: UserId | null
  session_id: SessionId | null
}

export type OAuthStatesTable = LinkingColumns & {
  state_hash: string
  purpose: HandlePurpose
  provider: string
  browser_hash: string
  frontend: string
  return_to: string
  created_at: number
  expires_at: number
  used_at: number | null
}

export type OAuthHandlesTable = LinkingColumns & {
  handle_hash: string
  purpose: HandlePurpose
  provider: string
  browser_hash: string
  /** Null: it was used. */
  sealed: string | null
  return_to: string
  created_at: number
  expires_at: number
  used_at: number | null
}

export type IdentitiesTable = {
  id: string
  user_id: UserId
  provider: string
  issuer: string
  subject: string
  email: string | null
  label: string | null
  created_at: number
  last_used_at: number | null
  granted_at: number
  sealed_tokens: string | null
  key_id: string | null
  tokens_expire_at: number | null
  refreshing_until: number | null
}

export type DisownedIdentitiesTable = {
  user_id: UserId
  mark: string
  created_at: number
}

export type RolesTable = {
  id: string
  name: string
  description: string | null
  /** JSON array, sorted. */
  permissions: string
  created_at: number
  updated_at: number
}

export type UserRolesTable = {
  user_id: UserId
  role_id: string
  granted_at: number
  granted_by: string
}

export type RolesStateTable = {
  /** 1: there is one row. */
  id: number
  /** Greater with every change of a role. */
  version: number
  /** Of the link that makes the first administrator; null: there is none. */
  claim_hash: string | null
  claim_until: number | null
}

export type WebhookMessagesTable = Omit<OutboxTable, 'user_id' | 'sealed' | 'outcome'> & {
  body: string
  outcome: WebhookOutcome | null
}

export type AlertsTable = {
  id: string
  rule: AlertRule
  severity: 'warning' | 'critical'
  /** Empty: the site as a whole. */
  subject: string
  first_at: number
  last_at: number
  count: number
  /** JSON. */
  details: string
  /** Null: nobody was told of it yet. */
  told: Told | null
  acknowledged_at: number | null
  acknowledged_by: string | null
}

export type AlertWatchTable = {
  /** 1: there is one row. */
  id: number
  /** Of the last entry of the audit log that was looked at. */
  position: number
}

export type StatusPeriodsTable = {
  part: string
  state: PartState
  began_at: number
  seen_at: number
}

export type Tables = {
  users: UsersTable
  sessions: SessionsTable
  known_devices: KnownDevicesTable
  sign_in_attempts: SignInAttemptsTable
  audit_entries: AuditEntriesTable
  audit_head: AuditHeadTable
  audit_checkpoints: AuditCheckpointsTable
  audit_anchors: AuditAnchorsTable
  signing_keys: SigningKeysTable
  nodes: NodesTable
  job_runs: JobRunsTable
  used_proofs: UsedProofsTable
  one_time_tokens: OneTimeTokensTable
  outbox: OutboxTable
  pending_sign_ins: PendingSignInsTable
  totp_factors: TotpFactorsTable
  totp_enrolments: TotpEnrolmentsTable
  recovery_codes: RecoveryCodesTable
  passkeys: PasskeysTable
  account_closures: AccountClosuresTable
  roles: RolesTable
  user_roles: UserRolesTable
  roles_state: RolesStateTable
  oauth_states: OAuthStatesTable
  oauth_handles: OAuthHandlesTable
  identities: IdentitiesTable
  disowned_identities: DisownedIdentitiesTable
  webhook_messages: WebhookMessagesTable
  alerts: AlertsTable
  alert_watch: AlertWatchTable
  status_periods: StatusPeriodsTable
}

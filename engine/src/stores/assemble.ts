// What both databases have in common once they are open.
import { type Kysely, sql } from 'kysely'
import type { AuditEntry, AuditStore } from '../audit/store.ts'
import { prepareAccountStore } from './account-store.ts'
import { createAlertStore } from './alert-store.ts'
import { createAuditChainStore } from './audit-chain-store.ts'
import { createAuditStore, type EntryMac } from './audit-store.ts'
import { createClosureStore } from './closure-store.ts'
import type { Stores } from './database.ts'
import type { Dialect } from './dialect.ts'
import { prepareFactorStore } from './factor-store.ts'
import { createIdentityStore } from './identity-store.ts'
import { createJobStore } from './job-store.ts'
import { createKeyStore } from './key-store.ts'
import { createOAuthHandleStore } from './oauth-handle-store.ts'
import { createOAuthStateStore } from './oauth-state-store.ts'
import { createOneTimeTokenStore } from './one-time-token-store.ts'
import { createOutboxStore } from './outbox-store.ts'
import { createPasskeyStore } from './passkey-store.ts'
import { createPendingSignInStore } from './pending-sign-in-store.ts'
import { createRecoveryCodeStore } from './recovery-code-store.ts'
import { createRoleStore } from './role-store.ts'
import type { Tables } from './schema.ts'
import { prepareSessionStore } from './session-store.ts'
import { createStatusStore } from './status-store.ts'
import { createTotpStore } from './totp-store.ts'
import { createUsedProofStore } from './used-proof-store.ts'
import { createWebhookStore } from './webhook-store.ts'

/** Gives the stores of a database, and of each of its transactions. */
export const prepareStores = (
  root: Kysely<Tables>,
  dialect: Dialect,
  observe: (databaseNow: number | null) => number,
  entryMac: EntryMac = null,
): ((db: Kysely<Tables>) => Stores) => {
  const sessions = prepareSessionStore(root, dialect, observe)
  const accounts = prepareAccountStore(root, dialect)
  const factors = prepareFactorStore(root)
  return (db) => ({
    sessions: sessions(db),
    accounts: accounts(db),
    closures: createClosureStore(db),
    audit: createAuditStore(db, dialect, entryMac),
    auditChain: createAuditChainStore(db, dialect),
    keys: createKeyStore(db, dialect),
    jobs: createJobStore(db),
    usedProofs: createUsedProofStore(db, dialect),
    oneTimeTokens: createOneTimeTokenStore(db, dialect),
    outbox: createOutboxStore(db, dialect),
    pendingSignIns: createPendingSignInStore(db, dialect),
    factors: factors(db),
    totp: createTotpStore(db, dialect),
    recoveryCodes: createRecoveryCodeStore(db),
    passkeys: createPasskeyStore(db),
    roles: createRoleStore(db, dialect),
    oauthStates: createOAuthStateStore(db, dialect),
    oauthHandles: createOAuthHandleStore(db, dialect),
    identities: createIdentityStore(db),
    webhooks: createWebhookStore(db, dialect),
    alerts: createAlertStore(db, dialect),
    status: createStatusStore(db, dialect),
  })
}

/** Entries in one statement. */
const entriesAtOnce = 1_000

/** Does the work of a transaction. What it puts on record is written by one statement, the last before the commit. */
export const doInTransaction = async <Result>(
  stores: Stores,
  work: (stores: Stores) => Promise<Result>,
): Promise<Result> => {
  const entries: AuditEntry[] = []
  const append: AuditStore['append'] = async (more) => void entries.push(...more)
  const result = await work({ ...stores, audit: { ...stores.audit, append } })
  for (let start = 0; start < entries.length; start += entriesAtOnce)
    await stores.audit.append(entries.slice(start, start + entriesAtOnce))
  return result
}

/** Asks for the time, which keeps the node's idea of it right even when nobody signs in. */
export const ping = async (
  db: Kysely<Tables>,
  dialect: Dialect,
  observe: (databaseNow: number | null) => number,
): Promise<void> => {
  const { rows } = await sql<{ now: number | null }>`select ${dialect.now} as now`.execute(db)
  for (const { now } of rows) observe(now)
}

// Everything that a sign-in writes once it is whole: every factor that it needs was right.
import type { Factor } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { BoundKey } from '../binding/bound-key.ts'
import type { OutboxStore } from '../mail/store.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { SessionId } from '../primitives/ids.ts'
import type { WayIn } from '../second-factor/store.ts'
import { type BeginDeps, type Begun, beginSession } from '../sessions/begin.ts'
import type { SessionStore } from '../sessions/store.ts'
import { createDeviceToken, deviceHash } from './device.ts'
import { postNotice } from './post-notice.ts'
import type { Account, AccountStore } from './store.ts'

/** Who signs in, and from where. */
export type Entry = {
  /** Its row is locked by the transaction that this is part of. */
  readonly account: Account
  /** By which first factor; `passkey`: by one that is both. */
  readonly by: WayIn | 'passkey'
  readonly now: number
  readonly context: Context
  /** Sessions that this browser holds: they end. */
  readonly ends: readonly SessionId[]
  /** The key that the session will be bound to, or null. */
  readonly boundKey: BoundKey | null
  /** The browser's device cookie, or null where it has none yet. */
  readonly deviceToken: string | null
  /** More for the record. */
  readonly details?: Readonly<Record<string, unknown>>
}

export type SignedIn = {
  readonly kind: 'session'
  readonly account: Account
  readonly begun: Begun
  readonly deviceToken: string
  /** The account did not know this browser, and its owner is written to. */
  readonly isNewDevice: boolean
}

export type SignedInStores = {
  readonly accounts: Pick<AccountStore, 'rememberDevice'>
  readonly sessions: SessionStore
  readonly oneTimeTokens: OneTimeTokenStore
  readonly outbox: OutboxStore
  readonly audit: AuditStore
}

/** Begins the session under a new id (TOK-8), and lets the account know this browser: only a whole sign-in does (LIM-7). */
export const beginSignedIn = async (
  deps: BeginDeps,
  stores: SignedInStores,
  entry: Entry,
  secondFactor?: Factor,
): Promise<SignedIn> => {
  const { accounts, sessions, audit } = stores
  const { account, by, now, context, ends, boundKey, details } = entry
  const deviceToken = entry.deviceToken ?? createDeviceToken()
  const proved = by === 'passkey' || secondFactor !== undefined
  const begins = { userId: account.id, now, context, ends, boundKey, secondFactor: proved }
  const begun = await beginSession(deps, { sessions, audit }, begins)
  const device = await accounts.rememberDevice(account.id, deviceHash(deviceToken, account.id), now)
  const isNewDevice = device !== 'known' && (await tellOfDevice(deps, stores, entry, device))
  await audit.append([
    auditEntry(context, {
      action: 'session:sign-in',
      at: now,
      userId: account.id,
      resource: 'session',
      resourceId: begun.session.id,
      details: {
        by,
        ...(device === 'another' && { newDevice: true }),
        ...(secondFactor && { secondFactor }),
        ...details,
      },
    }),
  ])
  return { kind: 'session', account, begun, deviceToken, isNewDevice }
}

/** An account that knows no browser is at its first sign-in; or its owner was away so long that all are forgotten. */
const forgottenAfterMs = 400 * 86_400_000
/** ACC-8: the owner is told of a sign-in from a browser that the account does not know. Whether a letter was written. */
const tellOfDevice = async (
  deps: Pick<BeginDeps, 'keyring'>,
  stores: SignedInStores,
  { account, now, context }: Entry,
  device: 'another' | 'first',
): Promise<boolean> => {
  if (device === 'first' && now - account.createdAt < forgottenAfterMs) return false
  return postNotice(deps, stores, { notice: { kind: 'new_device' }, account, now, context })
}

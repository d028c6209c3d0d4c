// All that is held of a person, for themselves (ACC-7). Nothing secret: no hash, no key, no token. Nothing of others: where
// somebody tried what only looked like them, it is said that it happened, and not who or where.
import type { Passkey, User } from '@vigile/contract'
import { type Cursor, cursorOf } from '../audit/cursor.ts'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditEntry, AuditStore } from '../audit/store.ts'
import type { Identity, IdentityStore } from '../identities/store.ts'
import type { OutboxStore, SentLetter } from '../mail/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { UserId } from '../primitives/ids.ts'
import type { TotpStore } from '../second-factor/store.ts'
import { presentSession } from '../sessions/present-session.ts'
import type { SessionStore } from '../sessions/store.ts'
import { presentUser } from './present-user.ts'
import type { AccountStore, KnownDevice } from './store.ts'

/** Entries of one page. */
const pageSize = 500

/** As far as accounts need to know of passkeys. */
type HeldPasskeys = { listOfUser(userId: UserId): Promise<readonly Passkey[]> }

export type ExportDeps = {
  readonly accounts: Pick<AccountStore, 'findById' | 'listDevices'>
  readonly sessions: Pick<SessionStore, 'listLive'>
  readonly outbox: Pick<OutboxStore, 'listOf'>
  readonly totp: Pick<TotpStore, 'find'>
  readonly passkeys: HeldPasskeys
  readonly identities: Pick<IdentityStore, 'listOfUser'>
  readonly audit: Pick<AuditStore, 'list' | 'append'>
  readonly clock: Clock
}

export type ExportedEntry = Pick<
  AuditEntry,
  'at' | 'action' | 'resource' | 'resourceId' | 'details' | 'ip' | 'userAgent'
>

export type ExportedIdentity = Pick<
  Identity,
  'id' | 'provider' | 'subject' | 'email' | 'label' | 'createdAt' | 'lastUsedAt'
>

export type ExportedData = {
  /** Epoch milliseconds. */
  readonly exportedAt: number
  readonly account: User & { readonly hasPassword: boolean; readonly updatedAt: number }
  readonly sessions: readonly ReturnType<typeof presentSession>[]
  readonly devices: readonly KnownDevice[]
  readonly authenticatorApp: { readonly createdAt: number } | null
  readonly passkeys: readonly Passkey[]
  readonly identities: readonly ExportedIdentity[]
  readonly letters: readonly SentLetter[]
}

/** `next`: from where to go on; null: that was all. */
export type ExportPage = {
  readonly data: ExportedData | null
  readonly activity: readonly ExportedEntry[]
  readonly next: string | null
}

/**
 * A page of it: first all but the record of activity, and its newest entries; then, from `after` (a `next`), older ones. Null:
 * there is no such account any more.
 */
export const exportData = async (
  deps: ExportDeps,
  { userId, after, context }: { readonly userId: UserId; readonly after: Cursor | null; readonly context: Context },
): Promise<ExportPage | null> => {
  const data = after === null ? await collect(deps, userId) : null
  if (after === null && data === null) return null
  const act = { action: 'user:export', at: deps.clock.now(), userId, resource: 'user', resourceId: userId }
  // Whoever took the data away by a stolen session is on record, or has none of it.
  if (after === null) await deps.audit.append([auditEntry(context, act)])
  const entries = await deps.audit.list({ userId, limit: pageSize, ...(after && { before: after }) })
  const last = entries.length === pageSize ? entries.at(-1) : undefined
  return { data, activity: entries.map(exportEntry), next: last ? cursorOf(last) : null }
}

const collect = async (deps: ExportDeps, userId: UserId): Promise<ExportedData | null> => {
  const account = await deps.accounts.findById(userId)
  if (!account) return null
  const exportedAt = deps.clock.now()
  const [sessions, devices, letters, app, passkeys, identities] = await Promise.all([
    deps.sessions.listLive(userId, exportedAt),
    deps.accounts.listDevices(userId),
    deps.outbox.listOf(userId),
    deps.totp.find(userId),
    deps.passkeys.listOfUser(userId),
    deps.identities.listOfUser(userId),
  ])
  const { passwordHash, updatedAt } = account
  return {
    exportedAt,
    account: { ...presentUser(account), hasPassword: passwordHash !== null, updatedAt },
    sessions: sessions.map(presentSession),
    devices,
    authenticatorApp: app && { createdAt: app.createdAt },
    passkeys: passkeys.map(({ id, name, createdAt, lastUsedAt, backedUp }) => ({
      id,
      name,
      createdAt,
      lastUsedAt,
      backedUp,
    })),
    identities: identities.map(({ id, provider, subject, email, label, createdAt, lastUsedAt }) => ({
      id,
      provider,
      subject,
      email,
      label,
      createdAt,
      lastUsedAt,
    })),
    letters,
  }
}

/** Anybody can ask for these, about any account. */
const askedByAnyone: readonly string[] = [
  'user:password-forgot',
  'user:verification-request',
  'user:magic-link-request',
]

/** Whose address it was is as little theirs as the name. */
const actor = /^(operator|application|user):/

const exportEntry = ({ at, action, resource, resourceId, details, ip, userAgent }: AuditEntry): ExportedEntry => {
  const { by, ...rest } = details
  const isTheirs = !actor.test(String(by)) && !action.endsWith(':failed') && !askedByAnyone.includes(action)
  // Who it was among the operators is nobody's business; that it was one is.
  const shown = by === undefined ? rest : { ...rest, by: String(by).split(':')[0] }
  return {
    at,
    action,
    resource,
    resourceId,
    details: shown,
    ip: isTheirs ? ip : null,
    userAgent: isTheirs ? userAgent : null,
  }
}

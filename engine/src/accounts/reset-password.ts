// A new password by a link from the mailbox. It ends every session and begins none: whoever has the mailbox still meets the
// second factor at sign-in (S-18).
import type { Locale } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { Keyring } from '../keys/keyring.ts'
import { type OneTimeToken, oneTimeTokenHash } from '../one-time-tokens/one-time-token.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { PasswordHasher } from '../passwords/hash-password.ts'
import type { PasswordFault } from '../passwords/password-policy.ts'
import type { UserId } from '../primitives/ids.ts'
import type { Transact } from '../primitives/transact.ts'
import { orAlarm } from '../sessions/or-alarm.ts'
import { recordRevocations } from '../sessions/revoke.ts'
import type { SessionStore } from '../sessions/store.ts'
import { type AccountActDeps, announceAccount } from './acts-on-accounts.ts'
import type { CheckNewPassword } from './check-new-password.ts'
import type { IdentitiesGone } from './delete-account.ts'
import { emailHash } from './email.ts'
import { endLinks } from './end-links.ts'
import { postNotice } from './post-notice.ts'
import { type ProveMailboxStores, proveMailbox } from './prove-mailbox.ts'
import type { AccountStore } from './store.ts'

export type ResetPasswordDeps = Omit<AccountActDeps, 'transact'> & {
  readonly accounts: Pick<AccountStore, 'findById'>
  readonly oneTimeTokens: Pick<OneTimeTokenStore, 'find'>
  readonly transact: Transact<ProveMailboxStores & { sessions: SessionStore }>
  readonly keyring: Pick<Keyring, 'newest'>
  readonly hasher: PasswordHasher
  readonly checkNewPassword: CheckNewPassword
  readonly identitiesGone: IdentitiesGone
  readonly mailPosted: () => void
}

export type ResetPasswordInput = {
  readonly token: OneTimeToken
  readonly password: string
  readonly locale: Locale
  readonly context: Context
  readonly clientKey: string | null
}

export type ResetPasswordResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: 'link_expired' }
  | { readonly ok: false; readonly error: 'weak_password'; readonly faults: readonly PasswordFault[] }

/** Refuses `link_expired` (used, too old, unknown), and `weak_password`, which leaves the link good. */
export const resetPassword = async (
  deps: ResetPasswordDeps,
  input: ResetPasswordInput,
): Promise<ResetPasswordResult> => {
  const tokenHash = oneTimeTokenHash('reset_password', input.token)
  const use = await deps.oneTimeTokens.find(tokenHash, 'reset_password', deps.clock.now())
  const account = use && (await deps.accounts.findById(use.userId))
  if (!account?.isActive) return refuseLink(deps, input)
  const faults = await deps.checkNewPassword(input.password, account)
  if (faults.length > 0) return { ok: false, error: 'weak_password', faults }

  const passwordHash = await deps.hasher.hash(input.password, input.clientKey ?? undefined)
  const committed = change(deps, input, account.id, { tokenHash, passwordHash })
  const done = await orAlarm(deps.log, { reason: 'password_changed', user: account.id }, committed)
  if (!done) return refuseLink(deps, input)
  deps.mailPosted()
  deps.identitiesGone(done.disconnected)
  await announceAccount(deps, account.id, done.ended)
  return { ok: true }
}

/** A guess is on record, or it is not answered as one (S-90). */
const refuseLink = async (deps: ResetPasswordDeps, { context }: ResetPasswordInput): Promise<ResetPasswordResult> => {
  const details = { reason: 'link_expired' }
  const failed = { action: 'user:password-reset:failed', at: deps.clock.now(), resource: 'user', details }
  await deps.transact(({ audit }) => audit.append([auditEntry(context, failed)]))
  return { ok: false, error: 'link_expired' }
}

/** Everything that it writes, in one transaction. Null: another request used the link, or the address is no longer the account's. */
const change = (
  deps: ResetPasswordDeps,
  { context, locale }: ResetPasswordInput,
  userId: UserId,
  { tokenHash, passwordHash }: { readonly tokenHash: string; readonly passwordHash: string },
) =>
  deps.transact(async (stores) => {
    const { accounts, sessions, oneTimeTokens, outbox, audit } = stores
    const now = deps.clock.now()
    // The account's row before the link's, as everywhere: what ends links holds it too.
    const account = await accounts.lockActive(userId)
    const used = account && (await oneTimeTokens.use(tokenHash, 'reset_password', now))
    if (!account || used?.emailKey !== account.emailKey) return null
    await endLinks(oneTimeTokens, userId, now)
    if (!(await accounts.replacePassword(userId, null, passwordHash, now))) return null
    // The link came to the mailbox: that proves it, and opens a sign-in that strangers' failures had closed (LIM-7).
    const disconnected = await proveMailbox(deps, stores, account, { now, context })
    await accounts.clearUnknownDeviceAttempts(emailHash({ key: account.emailKey }))
    const ended = await sessions.revokeAllOfUser(userId, 'password_changed', now, null)
    const entry = { action: 'user:password-reset', at: now, userId, resource: 'user', resourceId: userId }
    await audit.append([auditEntry(context, entry)])
    await recordRevocations(audit, ended, { reason: 'password_changed', now, context })
    const notice = { kind: 'password_changed' } as const
    await postNotice(deps, { oneTimeTokens, outbox }, { notice, account, now, context, locale })
    return { ended: ended.map(({ id }) => id), disconnected }
  })

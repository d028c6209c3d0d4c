// A new email: asked for by whoever has signed in recently, and confirmed by whoever reads its mail, who must be the same. Only the
// link together with a session of the account changes anything: a stranger's click binds nobody's account to their address (H-3).
import type { Locale } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import { type OneTimeToken, oneTimeTokenHash } from '../one-time-tokens/one-time-token.ts'
import { orAlarm } from '../sessions/or-alarm.ts'
import { recordRevocations } from '../sessions/revoke.ts'
import { announceAccount } from './acts-on-accounts.ts'
import { emailHash, parseEmail } from './email.ts'
import { endLinks } from './end-links.ts'
import type { LetterActDeps } from './letter-act.ts'
import { type BySession, lockOwner } from './lock-owner.ts'
import { postNotice } from './post-notice.ts'
import { type Account, EmailTakenError } from './store.ts'

/** The session that acts goes on. */
export type ChangeEmailInput = BySession & {
  readonly token: OneTimeToken
  readonly context: Context
  readonly locale: Locale
}

export type ChangeEmailResult =
  | { readonly ok: true; readonly value: Account }
  | { readonly ok: false; readonly error: 'link_expired' | 'permission_denied' | 'email_taken' | 'unauthenticated' }

/**
 * Changes the email to the one that the link came to. Every other session ends: the email is the way back into the account, and
 * whoever is in it unseen must not stay with the new one. Refuses `link_expired`, `permission_denied` (the link is of another
 * account), `email_taken` (somebody made an account with it meanwhile), `unauthenticated` (the session was ended meanwhile).
 */
export const changeEmail = async (deps: LetterActDeps, input: ChangeEmailInput): Promise<ChangeEmailResult> => {
  const use = await deps.oneTimeTokens.find(hashOf(input), 'change_email', deps.clock.now())
  if (!use) return { ok: false, error: 'link_expired' }
  if (use.userId !== input.userId) return { ok: false, error: 'permission_denied' }
  const committed = change(deps, input).catch((error: unknown) => {
    // Two accounts and one address, at the same moment: the database let one of them have it.
    if (error instanceof EmailTakenError) return 'email_taken' as const
    throw error
  })
  const changed = await orAlarm(deps.log, { reason: 'email_changed', user: input.userId }, committed)
  if (typeof changed === 'string') return { ok: false, error: changed }
  deps.mailPosted()
  await announceAccount(deps, input.userId, changed.ended)
  return { ok: true, value: changed.account }
}

const hashOf = ({ token }: ChangeEmailInput): string => oneTimeTokenHash('change_email', token)

const change = (deps: LetterActDeps, input: ChangeEmailInput) =>
  deps.transact(async (stores) => {
    const { accounts, sessions, oneTimeTokens, outbox, audit } = stores
    const { userId, sessionId, context, locale } = input
    const now = deps.clock.now()
    const account = await lockOwner(stores, input)
    if (!account) return 'unauthenticated'
    const used = await oneTimeTokens.use(hashOf(input), 'change_email', now)
    const email = parseEmail(used?.about ?? '')
    if (!email) return 'link_expired'
    if (!(await accounts.changeEmail(account, email, now))) return 'email_taken'
    // Mail to the old address opens nothing any more.
    await oneTimeTokens.endAll(userId, 'verify_email', now)
    await endLinks(oneTimeTokens, userId, now)
    // The mailbox is proven: that opens a sign-in that strangers' failures had closed (LIM-7).
    await accounts.clearUnknownDeviceAttempts(emailHash(email))
    const ended = await sessions.revokeAllOfUser(userId, 'email_changed', now, sessionId)
    const entry = { action: 'user:email-change', at: now, userId, resource: 'user', resourceId: userId }
    await audit.append([auditEntry(context, entry)])
    await recordRevocations(audit, ended, { reason: 'email_changed', now, context })
    const notice = { kind: 'email_changed', email: email.address } as const
    await postNotice(deps, { oneTimeTokens, outbox }, { notice, account, now, context, locale })
    const next = { ...account, email: email.address, emailKey: email.key, emailVerifiedAt: now, updatedAt: now }
    return { account: next, ended: ended.map(({ id }) => id) }
  })

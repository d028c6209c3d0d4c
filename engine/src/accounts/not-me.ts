// "This was not me": behind the link of a security letter (ACC-8, S-16). Whoever has the link reads the owner's mail. From the
// moment of which the letter told, nothing counts as the owner's: what came then ends, and the way back is a new password.
import type { Locale } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import { postLetter } from '../mail/post.ts'
import { issueToken } from '../one-time-tokens/issue-token.ts'
import { type OneTimeToken, oneTimeTokenHash } from '../one-time-tokens/one-time-token.ts'
import type { OneTimeUse } from '../one-time-tokens/store.ts'
import { orAlarm } from '../sessions/or-alarm.ts'
import { recordRevocations } from '../sessions/revoke.ts'
import { announceAccount } from './acts-on-accounts.ts'
import { parseEmail } from './email.ts'
import type { LetterActDeps, LetterActStores } from './letter-act.ts'
import type { ToldOf } from './post-notice.ts'
import { removeSince } from './remove-since.ts'
import type { Account } from './store.ts'

export type NotMeInput = { readonly token: OneTimeToken; readonly locale: Locale; readonly context: Context }

export type NotMeResult =
  | { readonly ok: true; readonly value: { readonly sentTo: string } }
  | { readonly ok: false; readonly error: 'link_expired' }

/**
 * Ends every session (the new password that follows would end them anyway), closes the old password, forgets the browsers that came
 * since, and sends a link to choose a new password. Where the letter told of it, it takes the new factor away, or gives the email
 * back. Refuses `link_expired`: used, too old, unknown, or sent to an address that is no longer the account's.
 */
export const notMe = async (deps: LetterActDeps, input: NotMeInput): Promise<NotMeResult> => {
  const committed = secure(deps, input)
  const done = await orAlarm(deps.log, { reason: 'reported' }, committed)
  if (!done) return { ok: false, error: 'link_expired' }
  deps.mailPosted()
  await announceAccount(deps, done.account.id, done.ended)
  return { ok: true, value: { sentTo: done.account.email } }
}

/**
 * Of these letters alone the link takes factors away, and only those that came since: a mailbox by itself gets around no second factor
 * (S-18). Who changed the email has the letters that tell of factors.
 */
const ofFactors: readonly ToldOf['kind'][] = ['factor_added', 'email_changed']

type At = { readonly now: number; readonly context: Context; readonly told: ToldOf }

const secure = (deps: LetterActDeps, { token, locale, context }: NotMeInput) =>
  deps.transact(async (stores) => {
    const { accounts, sessions, oneTimeTokens, outbox, audit } = stores
    const now = deps.clock.now()
    const used = await oneTimeTokens.use(oneTimeTokenHash('not_me', token), 'not_me', now)
    const found = used && (await accounts.findById(used.userId))
    if (!used?.about || !found) return null
    const told = JSON.parse(used.about) as ToldOf
    const at = { now, context, told }
    const isSame = found.emailKey === used.emailKey
    const account = await (isSame ? reopen(stores, found, at) : giveBack(stores, found, used, at))
    if (!account?.isActive) return null
    const { id: userId, email: to, emailKey } = account
    await accounts.replacePassword(userId, null, null, now)
    await accounts.forgetDevices(userId, told.since)
    if (ofFactors.includes(told.kind)) await removeSince(stores, userId, told.since)
    for (const purpose of ['reset_password', 'magic_link', 'change_email', 'verify_email', 'keep_account'] as const)
      await oneTimeTokens.endAll(userId, purpose, now)
    const ended = await sessions.revokeAllOfUser(userId, 'reported', now, null)
    await recordRevocations(audit, ended, { reason: 'reported', now, context })
    const details = { told: told.kind }
    const entry = { action: 'user:not-me', at: now, userId, resource: 'user', resourceId: userId, details }
    await audit.append([auditEntry(context, entry)])
    const purpose = 'reset_password' as const
    const issued = await issueToken(oneTimeTokens, { purpose, userId, emailKey, now })
    const letter = { to, locale: account.locale ?? locale, content: { kind: purpose, token: issued.token } }
    await postLetter(deps, outbox, { kind: purpose, letter, userId, now, expiresAt: issued.expiresAt })
    return { account, ended: ended.map(({ id }) => id) }
  })

/** Whoever took the account may have closed it too, which would delete it for good. What an operator has disabled stays so. */
const reopen = async ({ accounts, closures }: LetterActStores, account: Account, { now }: At): Promise<Account> => {
  if (account.isActive || !(await closures.takeBack(account.id, now))) return account
  await accounts.setActive(account.id, true, now)
  return { ...account, isActive: true }
}

/**
 * The letter went to an address that is no longer the account's: it counts only if it told of that very change. Null: it does not,
 * or the address belongs to somebody else by now.
 */
const giveBack = async (
  stores: LetterActStores,
  taken: Account,
  { emailKey }: OneTimeUse,
  at: At,
): Promise<Account | null> => {
  const { accounts, oneTimeTokens, audit } = stores
  const { now, context, told } = at
  const email = parseEmail(told.to)
  if (told.kind !== 'email_changed' || email?.key !== emailKey) return null
  // Whoever took the account may have made another one with the address since, to keep it. Nobody proved the mailbox for that one.
  const squatter = await accounts.findByEmailKey(emailKey)
  if (squatter && (squatter.emailVerifiedAt !== null || squatter.createdAt < told.since)) return null
  if (squatter) {
    await accounts.delete(squatter.id)
    const entry = { action: 'user:delete', at: now, userId: squatter.id, resource: 'user', resourceId: squatter.id }
    await audit.append([auditEntry(context, { ...entry, details: { reason: 'address_given_back' } })])
  }
  const account = await reopen(stores, taken, at)
  if (!(await accounts.changeEmail(account, email, now))) return null
  // The same link in the mailbox of whoever changed it must not turn this back.
  await oneTimeTokens.endAll(account.id, 'not_me', now, told.since)
  const entry = { action: 'user:email-change', at: now, userId: account.id, resource: 'user', resourceId: account.id }
  await audit.append([auditEntry(context, { ...entry, details: { reason: 'given_back' } })])
  return { ...account, email: email.address, emailKey: email.key, emailVerifiedAt: now, updatedAt: now }
}

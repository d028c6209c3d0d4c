// "This was not me": behind the link of a security letter (ACC-8, S-16). Whoever has the link reads the owner's mail. From the
// earliest moment of which a letter that is still good told them, nothing counts as the owner's: what came since ends, and the
// way back is a new password.
import type { Locale } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import { postLetter } from '../mail/post.ts'
import { issueToken } from '../one-time-tokens/issue-token.ts'
import { type OneTimeToken, oneTimeTokenHash } from '../one-time-tokens/one-time-token.ts'
import type { OneTimeUse } from '../one-time-tokens/store.ts'
import type { UserId } from '../primitives/ids.ts'
import { orAlarm } from '../sessions/or-alarm.ts'
import { recordRevocations } from '../sessions/revoke.ts'
import { announceAccount } from './acts-on-accounts.ts'
import { giveBack } from './give-back.ts'
import type { LetterActDeps, LetterActStores } from './letter-act.ts'
import type { ToldOf } from './post-notice.ts'
import { putBackApp } from './put-back-app.ts'
import { removeIdentities } from './remove-identities.ts'
import { removeSince } from './remove-since.ts'
import { type Account, EmailTakenError } from './store.ts'

export type NotMeInput = { readonly token: OneTimeToken; readonly locale: Locale; readonly context: Context }

export type NotMeResult =
  | { readonly ok: true; readonly value: { readonly sentTo: string } }
  | { readonly ok: false; readonly error: 'link_expired' | 'email_taken' }

/** Rolls everything back: a link that is refused is still good, and has changed nothing. */
class RefusedError extends Error {
  readonly code: 'link_expired' | 'email_taken'
  constructor(code: 'link_expired' | 'email_taken') {
    super(code)
    this.code = code
  }
}

/**
 * Ends every session (the new password that follows would end them anyway), closes the old password, disconnects the accounts at
 * providers, forgets the browsers and takes away the ways to sign in that came since, gives a changed email back, and sends a link to choose a new password. Refuses
 * `link_expired` (used, too old, unknown, or sent to an address that is no longer the account's) and `email_taken` (another account
 * has the address, and it was confirmed there): then nothing has changed, and the link is as good as before.
 */
export const notMe = async (deps: LetterActDeps, input: NotMeInput): Promise<NotMeResult> => {
  const committed = secure(deps, input).catch((error: unknown) => {
    if (error instanceof RefusedError) return error.code
    // The address is being taken at this very moment.
    if (error instanceof EmailTakenError) return 'email_taken' as const
    throw error
  })
  const done = await orAlarm(deps.log, { reason: 'reported' }, committed)
  if (typeof done === 'string') return { ok: false, error: done }
  deps.mailPosted()
  deps.identitiesGone([...done.disconnected, ...(done.displaced?.identities ?? [])])
  await announceAccount(deps, done.account.id, done.ended)
  if (done.displaced) await announceAccount(deps, done.displaced.id, done.displaced.ended)
  return { ok: true, value: { sentTo: done.account.email } }
}

const secure = (deps: LetterActDeps, { token, locale, context }: NotMeInput) =>
  deps.transact(async (stores) => {
    const { accounts, sessions, oneTimeTokens, outbox, audit } = stores
    const now = deps.clock.now()
    const used = await oneTimeTokens.use(oneTimeTokenHash('not_me', token), 'not_me', now)
    if (!used?.about) throw new RefusedError('link_expired')
    // From here the account's row is held: what is under way is waited for, and what comes later finds it done.
    const taken = await lock(stores, used.userId, now)
    // Whoever reads one letter to this address reads them all, so one link may do what all that are still good could; and an owner
    // need not guess which of them tells of the worst. A factor's own letter could take it away for a week: no older one goes (S-18).
    const all = [used, ...(await oneTimeTokens.list(used.userId, 'not_me', now))]
    const letters = toldBy(all.filter(({ emailKey }) => emailKey === used.emailKey))
    const since = Math.min(...letters.map((told) => told.since))
    const { account, displaced } = await toTheirAddress(stores, taken, { used, letters, now, context })
    const { id: userId, email: to, emailKey } = account
    await accounts.replacePassword(userId, null, null, now)
    await accounts.forgetDevices(userId, since)
    await removeSince(stores, userId, since)
    // Of any age, as the password: whoever got in by one that the owner connected long ago would be back at once.
    const disconnected = await removeIdentities(stores, userId, { reason: 'reported', now, context })
    await stores.identities.disown(disconnected, now)
    const appPutBack = await putBackApp(stores, userId, { told: toldBy(all), since })
    // What they could do is done. Nor may those in the mailbox of whoever changed the email turn this back.
    await oneTimeTokens.endAll(userId, 'not_me', now, since)
    for (const purpose of ['reset_password', 'magic_link', 'change_email', 'verify_email', 'keep_account'] as const)
      await oneTimeTokens.endAll(userId, purpose, now)
    const ended = await sessions.revokeAllOfUser(userId, 'reported', now, null)
    await recordRevocations(audit, ended, { reason: 'reported', now, context })
    const details = { told: letters[0]?.kind, since, ...(appPutBack && { putBack: 'totp' }) }
    const entry = { action: 'user:not-me', at: now, userId, resource: 'user', resourceId: userId, details }
    await audit.append([auditEntry(context, entry)])
    const purpose = 'reset_password' as const
    const issued = await issueToken(oneTimeTokens, { purpose, userId, emailKey, now })
    const letter = { to, locale: account.locale ?? locale, content: { kind: purpose, token: issued.token } }
    await postLetter(deps, outbox, { kind: purpose, letter, userId, now, expiresAt: issued.expiresAt })
    return { account, displaced, disconnected, ended: ended.map(({ id }) => id) }
  })

/** Whoever took the account may have closed it too, which would delete it for good. What an operator has disabled stays so. */
const lock = async ({ accounts, closures }: LetterActStores, id: UserId, now: number): Promise<Account> => {
  if (await closures.takeBack(id, now)) await accounts.setActive(id, true, now)
  const account = await accounts.lockActive(id)
  if (!account) throw new RefusedError('link_expired')
  return account
}

const toldBy = (tokens: readonly OneTimeUse[]): readonly ToldOf[] =>
  tokens.map(({ about }) => JSON.parse(about ?? '') as ToldOf)

/** Letters to an address that is no longer the account's count only where one of them told of that very change. */
const toTheirAddress = async (
  stores: LetterActStores,
  account: Account,
  opened: {
    readonly used: OneTimeUse
    readonly letters: readonly ToldOf[]
    readonly now: number
    readonly context: Context
  },
) => {
  if (account.emailKey === opened.used.emailKey) return { account, displaced: null }
  const told = opened.letters.find(({ kind }) => kind === 'email_changed')
  const given = told ? await giveBack(stores, account, told, opened) : 'link_expired'
  if (typeof given === 'string') throw new RefusedError(given)
  return given
}

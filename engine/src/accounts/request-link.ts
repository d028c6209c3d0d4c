// A link by mail: to choose a new password, to prove an address once more, or to sign in. Known and unknown addresses get the same answer
// for the same statements (ACC-3, S-13), and the letter goes out afterwards, so no delay tells either.
import type { Locale } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { RecordLimit } from '../audit/limit-record.ts'
import type { AuditEntry, AuditStore } from '../audit/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import { pseudonym } from '../keys/pseudonym.ts'
import type { Limiter, Verdict } from '../limits/limiter.ts'
import { postLetter } from '../mail/post.ts'
import type { OutboxStore } from '../mail/store.ts'
import { issueToken } from '../one-time-tokens/issue-token.ts'
import type { OneTimeToken } from '../one-time-tokens/one-time-token.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Transact } from '../primitives/transact.ts'
import { type Email, emailHash } from './email.ts'
import type { Account, AccountStore } from './store.ts'

export type RequestLinkDeps = {
  readonly accounts: Pick<AccountStore, 'findByEmailKey'>
  readonly transact: Transact<{ oneTimeTokens: OneTimeTokenStore; outbox: OutboxStore; audit: AuditStore }>
  readonly keyring: Pick<Keyring, 'newest'>
  readonly limiter: Limiter
  readonly recordLimit: RecordLimit
  readonly clock: Clock
  /** The outbox has something new. */
  readonly mailPosted: () => void
}

/** What can be asked for without being signed in. */
export type LinkPurpose = 'verify_email' | 'reset_password' | 'magic_link'

export type RequestLinkInput = {
  readonly purpose: LinkPurpose
  readonly email: Email
  /** The reader's, where the account has no language of its own. */
  readonly locale: Locale
  readonly context: Context
  readonly clientKey: string | null
}

export type RequestLinkResult =
  /** `token`: what the letter has, if one is sent. For nothing but what the browser that asked is to know (`askedMark`). */
  | { readonly ok: true; readonly token: OneTimeToken; readonly verdict: Verdict | null }
  | { readonly ok: false; readonly error: 'rate_limited'; readonly verdict: Verdict }

/** Sends the link, if the address has an account that it is for. Refuses `rate_limited`. */
export const requestLink = async (deps: RequestLinkDeps, input: RequestLinkInput): Promise<RequestLinkResult> => {
  const { purpose, email, clientKey } = input
  const hits = [
    ...(clientKey === null ? [] : [{ rule: 'linkIp', key: clientKey } as const]),
    // One for each purpose: whoever asks for links of one kind, which may not even be sent, keeps nobody from another.
    { rule: 'linkEmail', key: `${purpose} ${emailHash(email)}` } as const,
  ]
  const verdict = await deps.limiter.take(hits)
  if (verdict && !verdict.allowed) {
    const key = hits.find(({ rule }) => rule === verdict.rule)?.key ?? ''
    await deps.recordLimit({ verdict, key }, entryOf(deps, input, null, 'limited'))
    return { ok: false, error: 'rate_limited', verdict }
  }
  const account = await deps.accounts.findByEmailKey(email.key)
  const isFor = account !== null && isWanted(account, purpose) ? account : null
  const issued = await deps.transact(async ({ oneTimeTokens, outbox, audit }) => {
    const now = deps.clock.now()
    const userId = isFor?.id ?? null
    const { token, expiresAt } = await issueToken(oneTimeTokens, { purpose, userId, emailKey: email.key, now })
    const { email: to, locale } = isFor ?? { email: email.address, locale: null }
    const letter = { to, locale: locale ?? input.locale, content: { kind: purpose, token } }
    await postLetter(deps, outbox, { kind: purpose, letter, userId, forNobody: isFor === null, now, expiresAt })
    await audit.append([entryOf(deps, input, account, isFor === null ? 'not_sent' : 'sent')])
    return token
  })
  deps.mailPosted()
  return { ok: true, token: issued, verdict }
}

const isWanted = (account: Account, purpose: LinkPurpose): boolean =>
  account.isActive && (purpose !== 'verify_email' || account.emailVerifiedAt === null)

const actions: Readonly<Record<LinkPurpose, string>> = {
  verify_email: 'user:verification-request',
  reset_password: 'user:password-forgot',
  magic_link: 'user:magic-link-request',
}

const entryOf = (
  { clock, keyring }: RequestLinkDeps,
  { purpose, email, context }: RequestLinkInput,
  account: Account | null,
  outcome: 'sent' | 'not_sent' | 'limited',
): AuditEntry =>
  auditEntry(context, {
    action: actions[purpose],
    at: clock.now(),
    userId: account?.id ?? null,
    resource: 'user',
    details: { outcome, emailHash: pseudonym(keyring, emailHash(email)) },
  })

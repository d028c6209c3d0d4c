// A new email is asked for. Whether somebody else has it already is told to that somebody alone (S-13).
import type { Locale } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { RecordLimit } from '../audit/limit-record.ts'
import type { AuditEntry } from '../audit/store.ts'
import { pseudonym } from '../keys/pseudonym.ts'
import type { Limiter, Verdict } from '../limits/limiter.ts'
import { postLetter } from '../mail/post.ts'
import { issueToken } from '../one-time-tokens/issue-token.ts'
import { type Email, emailHash } from './email.ts'
import type { LetterActDeps } from './letter-act.ts'
import { type BySession, lockOwner } from './lock-owner.ts'
import { postNotice } from './post-notice.ts'
import type { AccountStore } from './store.ts'

export type RequestEmailChangeDeps = LetterActDeps & {
  readonly accounts: Pick<AccountStore, 'findById' | 'findByEmailKey'>
  readonly limiter: Limiter
  readonly recordLimit: RecordLimit
}

export type RequestEmailChangeInput = BySession & {
  readonly email: Email
  readonly context: Context
  readonly locale: Locale
  readonly clientKey: string | null
}

export type RequestEmailChangeResult =
  | { readonly ok: true; readonly verdict: Verdict | null }
  | { readonly ok: false; readonly error: 'rate_limited'; readonly verdict: Verdict }
  | { readonly ok: false; readonly error: 'unchanged' | 'unauthenticated'; readonly verdict: Verdict | null }

/**
 * Sends a link to the new address, and word of it to the present one; where the new one has an account, word to its owner in place
 * of the link, for the same statements. Nothing is changed yet. Refuses `rate_limited`, `unchanged` (it is the present one), and
 * `unauthenticated`: the session was ended meanwhile.
 */
export const requestEmailChange = async (
  deps: RequestEmailChangeDeps,
  input: RequestEmailChangeInput,
): Promise<RequestEmailChangeResult> => {
  const { userId, email, clientKey, context, locale } = input
  const hits = [
    ...(clientKey === null ? [] : [{ rule: 'linkIp', key: clientKey } as const]),
    { rule: 'linkEmail', key: `change_email ${emailHash(email)}` } as const,
    // Nor is the mailbox of the present address filled.
    { rule: 'linkEmail', key: userId, userId } as const,
  ]
  const verdict = await deps.limiter.take(hits)
  if (verdict && !verdict.allowed) {
    await deps.recordLimit({ verdict, key: userId }, entryOf(deps, input, 'limited'))
    return { ok: false, error: 'rate_limited', verdict }
  }
  const account = await deps.accounts.findById(userId)
  if (!account) return { ok: false, error: 'unauthenticated', verdict }
  if (account.emailKey === email.key) return { ok: false, error: 'unchanged', verdict }
  const owner = await deps.accounts.findByEmailKey(email.key)
  const sent = await deps.transact(async (stores) => {
    if (!(await lockOwner(stores, input))) return false
    const { oneTimeTokens, outbox, audit } = stores
    const now = deps.clock.now()
    const purpose = 'change_email' as const
    const { token, expiresAt } = await issueToken(oneTimeTokens, {
      purpose,
      userId: owner === null ? userId : null,
      emailKey: email.key,
      about: email.address,
      now,
    })
    const content = owner === null ? ({ kind: purpose, token } as const) : ({ kind: 'address_in_use' } as const)
    const letter = { to: email.address, locale: (owner ?? account).locale ?? locale, content }
    // A disabled account gets no mail, as with every other link.
    const forNobody = owner?.isActive === false
    await postLetter(deps, outbox, {
      kind: content.kind,
      letter,
      userId: owner?.id ?? userId,
      forNobody,
      now,
      expiresAt,
    })
    const notice = { kind: 'email_change_asked', email: email.address } as const
    await postNotice(deps, { oneTimeTokens, outbox }, { notice, account, now, context, locale })
    await audit.append([entryOf(deps, input, owner === null ? 'sent' : 'not_sent')])
    return true
  })
  if (!sent) return { ok: false, error: 'unauthenticated', verdict }
  deps.mailPosted()
  return { ok: true, verdict }
}

const entryOf = (
  { clock, keyring }: RequestEmailChangeDeps,
  { userId, email, context }: RequestEmailChangeInput,
  outcome: 'sent' | 'not_sent' | 'limited',
): AuditEntry =>
  auditEntry(context, {
    action: 'user:email-change-request',
    at: clock.now(),
    userId,
    resource: 'user',
    resourceId: userId,
    details: { outcome, emailHash: pseudonym(keyring, emailHash(email)) },
  })

// Sign-up with email and password.
import type { Locale } from '@vigile/contract'
import { auditEntry } from '../audit/entry.ts'
import type { AuditEntry } from '../audit/store.ts'
import { pseudonym } from '../keys/pseudonym.ts'
import type { Verdict } from '../limits/limiter.ts'
import { postLetter } from '../mail/post.ts'
import type { OutboxStore } from '../mail/store.ts'
import { issueToken } from '../one-time-tokens/issue-token.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { PasswordFault } from '../passwords/password-policy.ts'
import type { Transact } from '../primitives/transact.ts'
import { announce } from '../sessions/announce.ts'
import type { CheckNewPassword } from './check-new-password.ts'
import { emailHash } from './email.ts'
import { type Entered, type EnterStores, enter } from './enter.ts'
import { newAccount } from './new-account.ts'
import type { SignInDeps, SignInInput } from './sign-in.ts'
import type { Account, AccountStore } from './store.ts'

type SignUpStores = EnterStores & {
  readonly accounts: AccountStore
  readonly oneTimeTokens: OneTimeTokenStore
  readonly outbox: OutboxStore
}

export type SignUpDeps = Omit<SignInDeps, 'transact'> & {
  readonly checkNewPassword: CheckNewPassword
  readonly transact: Transact<SignUpStores>
  readonly mailPosted: () => void
}

export type SignUpInput = SignInInput & {
  readonly name: string | null
  readonly locale: Locale | null
  readonly readerLocale: Locale
}

export type SignUpResult =
  | { readonly ok: true; readonly value: Entered | 'verification_sent'; readonly verdict: Verdict | null }
  | { readonly ok: false; readonly error: 'email_taken'; readonly verdict: Verdict | null }
  | {
      readonly ok: false
      readonly error: 'weak_password'
      readonly faults: readonly PasswordFault[]
      readonly verdict: Verdict | null
    }
  | { readonly ok: false; readonly error: 'rate_limited'; readonly verdict: Verdict }

/**
 * Makes an account and signs it in, as far as that goes without a second factor; where verification is required it only makes it, and a known email gets the same
 * answer for the same work. Refuses with `weak_password`, `rate_limited` and, without verification, `email_taken`.
 */
export const signUp = async (deps: SignUpDeps, input: SignUpInput): Promise<SignUpResult> => {
  const hits = [
    ...(input.clientKey === null ? [] : [{ rule: 'signUpIp', key: input.clientKey } as const]),
    { rule: 'signUpEmail', key: emailHash(input.email) } as const,
  ]
  const verdict = await deps.limiter.take(hits)
  if (verdict && !verdict.allowed) {
    const key = hits.find(({ rule }) => rule === verdict.rule)?.key ?? ''
    await deps.recordLimit(
      { verdict, key },
      failure(deps, input, deps.clock.now(), { reason: 'limited', rule: verdict.rule }),
    )
    return { ok: false, error: 'rate_limited', verdict }
  }
  const faults = await deps.checkNewPassword(input.password, { email: input.email.address, name: input.name })
  if (faults.length > 0) return { ok: false, error: 'weak_password', faults, verdict }

  // The work comes before the look: a known email costs as much (S-13).
  const passwordHash = await deps.hasher.hash(input.password, input.clientKey ?? undefined)
  const made = await makeAccount(deps, input, {
    passwordHash,
    isTold: deps.verifyEmail && (await mayTell(deps, input)),
  })
  if (deps.verifyEmail) {
    deps.mailPosted()
    return { ok: true, value: 'verification_sent', verdict }
  }
  if (typeof made === 'string') return { ok: false, error: 'email_taken', verdict }
  if (made.kind === 'session') await announce(deps, made.begun.ended)
  return { ok: true, value: made, verdict }
}

/** Whether an owner may be written to of it: nobody's mailbox is filled, from however many addresses (as with links). */
const mayTell = async ({ limiter }: SignUpDeps, { email }: SignUpInput): Promise<boolean> => {
  const verdict = await limiter.take([{ rule: 'linkEmail', key: `sign_up ${emailHash(email)}` }])
  return verdict?.allowed ?? true
}

const makeAccount = (
  deps: SignUpDeps,
  input: SignUpInput,
  { passwordHash, isTold }: { readonly passwordHash: string; readonly isTold: boolean },
) => {
  const { email, context, ends, boundKey } = input
  const now = deps.clock.now()
  const account = newAccount({ ...input, email, passwordHash, emailVerified: false, now })
  const [deviceToken = null] = input.deviceTokens
  return deps.transact(async (stores): Promise<Entered | 'email_taken' | 'unverified'> => {
    const { accounts, audit } = stores
    const isNew = await accounts.insert(account)
    if (deps.verifyEmail) await writeTo(deps, input, stores, { made: isNew ? account : null, isTold, now })
    if (!isNew) {
      await audit.append([failure(deps, input, now, { reason: 'email_taken' })])
      return 'email_taken'
    }
    await audit.append([
      auditEntry(context, {
        action: 'user:sign-up',
        at: now,
        userId: account.id,
        resource: 'user',
        resourceId: account.id,
      }),
    ])
    if (deps.verifyEmail) return 'unverified'
    return enter(deps, stores, { account, by: 'sign_up', now, context, ends, boundKey, deviceToken })
  })
}

/** To a new address the link that proves it; to one that has an account, word of that: the page says the same to both (S-13). */
const writeTo = async (
  deps: SignUpDeps,
  { email, locale, readerLocale }: SignUpInput,
  { accounts, oneTimeTokens, outbox }: Pick<SignUpStores, 'accounts' | 'oneTimeTokens' | 'outbox'>,
  { made, isTold, now }: { readonly made: Account | null; readonly isTold: boolean; readonly now: number },
): Promise<void> => {
  const purpose = 'verify_email' as const
  const owner = await accounts.findByEmailKey(email.key)
  // A disabled account gets no mail, as with every link.
  const forNobody = made === null && !(isTold && owner?.isActive)
  const userId = made?.id ?? null
  const { token, expiresAt } = await issueToken(oneTimeTokens, { purpose, userId, emailKey: email.key, now })
  const content = userId === null ? ({ kind: 'account_exists' } as const) : ({ kind: purpose, token } as const)
  const letter = { to: email.address, locale: locale ?? readerLocale, content }
  await postLetter(deps, outbox, { kind: content.kind, letter, userId, forNobody, now, expiresAt })
}

const failure = (
  deps: Pick<SignUpDeps, 'keyring'>,
  input: SignUpInput,
  at: number,
  details: { readonly reason: 'limited' | 'email_taken'; readonly rule?: string },
): AuditEntry =>
  auditEntry(input.context, {
    action: 'user:sign-up:failed',
    at,
    resource: 'user',
    details: { ...details, emailHash: pseudonym(deps.keyring, emailHash(input.email)) },
  })

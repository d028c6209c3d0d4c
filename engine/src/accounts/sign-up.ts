// Sign-up with email and password.
import type { Locale } from '@vigile/contract'
import { auditEntry } from '../audit/entry.ts'
import type { Verdict } from '../limits/limiter.ts'
import type { PasswordFault } from '../passwords/password-policy.ts'
import { createUserId } from '../primitives/ids.ts'
import { announce } from '../sessions/announce.ts'
import { beginSession } from '../sessions/begin.ts'
import type { CheckNewPassword } from './check-new-password.ts'
import { createDeviceToken, deviceHash } from './device.ts'
import { emailHash } from './email.ts'
import type { SignedIn, SignInDeps, SignInInput } from './sign-in.ts'
import type { Account } from './store.ts'

export type SignUpDeps = SignInDeps & { readonly checkNewPassword: CheckNewPassword }

export type SignUpInput = SignInInput & { readonly name: string | null; readonly locale: Locale | null }

export type SignUpResult =
  | { readonly ok: true; readonly value: SignedIn | 'verification_sent'; readonly verdict: Verdict | null }
  | { readonly ok: false; readonly error: 'email_taken'; readonly verdict: Verdict | null }
  | {
      readonly ok: false
      readonly error: 'weak_password'
      readonly faults: readonly PasswordFault[]
      readonly verdict: Verdict | null
    }
  | { readonly ok: false; readonly error: 'rate_limited'; readonly verdict: Verdict }

/**
 * Makes an account and signs it in; where verification is required it only makes it, and a known email gets the same
 * answer for the same work. Refuses with `weak_password`, `rate_limited` and, without verification, `email_taken`.
 */
export const signUp = async (deps: SignUpDeps, input: SignUpInput): Promise<SignUpResult> => {
  const verdict = await deps.limiter.take([
    ...(input.clientKey === null ? [] : [{ rule: 'signUpIp', key: input.clientKey } as const]),
    { rule: 'signUpEmail', key: emailHash(input.email) },
  ])
  if (verdict && !verdict.allowed) return { ok: false, error: 'rate_limited', verdict }
  const faults = await deps.checkNewPassword(input.password, { email: input.email.address, name: input.name })
  if (faults.length > 0) return { ok: false, error: 'weak_password', faults, verdict }

  const passwordHash = await deps.hasher.hash(input.password)
  const now = deps.clock.now()
  const account: Account = {
    id: createUserId(),
    email: input.email.address,
    emailKey: input.email.key,
    emailVerifiedAt: null,
    name: input.name,
    image: null,
    locale: input.locale,
    isActive: true,
    passwordHash,
    createdAt: now,
    updatedAt: now,
  }
  const deviceToken = input.deviceToken ?? createDeviceToken()
  const made = await deps.transact(async ({ accounts, sessions, audit }) => {
    if (!(await accounts.insert(account))) {
      const details = { reason: 'email_taken', emailHash: emailHash(input.email).slice(0, 16) }
      await audit.append([auditEntry(input.context, { action: 'user:sign-up:failed', at: now, details })])
      return 'email_taken'
    }
    await audit.append([
      auditEntry(input.context, {
        action: 'user:sign-up',
        at: now,
        userId: account.id,
        resource: 'user',
        resourceId: account.id,
      }),
    ])
    if (deps.verifyEmail) return 'verification_sent'
    const begun = await beginSession(
      deps,
      { sessions, audit },
      { userId: account.id, now, context: input.context, ends: input.ends },
    )
    await accounts.rememberDevice(account.id, deviceHash(deviceToken, account.id), now)
    return { account, begun, deviceToken }
  })
  if (deps.verifyEmail) return { ok: true, value: 'verification_sent', verdict }
  if (typeof made === 'string') return { ok: false, error: 'email_taken', verdict }
  await announce(deps, made.begun.ended)
  return { ok: true, value: made, verdict }
}

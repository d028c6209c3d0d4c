// A change of password: the current one is needed (S-8), and every session of the user ends but the new one (TOK-5, TOK-8).
import type { Context } from '../audit/entry.ts'
import { auditEntry } from '../audit/entry.ts'
import type { Verdict } from '../limits/limiter.ts'
import type { PasswordFault } from '../passwords/password-policy.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import { announce } from '../sessions/announce.ts'
import { type Begun, beginSession } from '../sessions/begin.ts'
import { recordRevocations } from '../sessions/revoke.ts'
import type { SignUpDeps } from './sign-up.ts'
import type { Account } from './store.ts'

export type ChangePasswordInput = {
  readonly userId: UserId
  readonly currentPassword: string
  readonly newPassword: string
  readonly ends: readonly SessionId[]
  readonly context: Context
}

export type ChangePasswordResult =
  | {
      readonly ok: true
      readonly value: { readonly account: Account; readonly begun: Begun }
      readonly verdict: Verdict | null
    }
  | { readonly ok: false; readonly error: 'invalid_credentials'; readonly verdict: Verdict | null }
  | { readonly ok: false; readonly error: 'rate_limited'; readonly verdict: Verdict }
  | {
      readonly ok: false
      readonly error: 'weak_password'
      readonly faults: readonly PasswordFault[]
      readonly verdict: Verdict | null
    }

/** Refuses with `invalid_credentials` (the current password is wrong), `weak_password` or `rate_limited`. */
export const changePassword = async (deps: SignUpDeps, input: ChangePasswordInput): Promise<ChangePasswordResult> => {
  const hits = [{ rule: 'passwordChange', key: input.userId } as const]
  const verdict = await deps.limiter.take(hits)
  if (verdict && !verdict.allowed) return { ok: false, error: 'rate_limited', verdict }
  const account = await deps.accounts.findById(input.userId)
  const expected = account?.passwordHash
  if (!account?.isActive || !expected || !(await deps.hasher.verify(expected, input.currentPassword)).ok) {
    await deps.audit.append([failure(input, deps.clock.now())])
    return { ok: false, error: 'invalid_credentials', verdict }
  }
  await deps.limiter.release(hits).catch((error) => deps.log.warn({ err: error }, 'a limit could not be given back'))
  const faults = await deps.checkNewPassword(input.newPassword, account)
  if (faults.length > 0) return { ok: false, error: 'weak_password', faults, verdict }

  const passwordHash = await deps.hasher.hash(input.newPassword)
  const now = deps.clock.now()
  const changed = await deps.transact(async ({ accounts, sessions, audit }) => {
    if (!(await accounts.replacePassword(account.id, expected, passwordHash, now))) return null
    const revocation = { reason: 'password_changed', now, context: input.context } as const
    const ended = await sessions.revokeAllOfUser(account.id, revocation.reason, now, null)
    await audit.append([
      auditEntry(input.context, {
        action: 'user:password-change',
        at: now,
        userId: account.id,
        resource: 'user',
        resourceId: account.id,
      }),
    ])
    await recordRevocations(audit, ended, revocation)
    const begun = await beginSession(
      deps,
      { sessions, audit },
      { userId: account.id, now, context: input.context, ends: input.ends },
    )
    return { begun, ended: ended.map(({ id }) => id) }
  })
  if (!changed) return { ok: false, error: 'invalid_credentials', verdict }
  await announce(deps, [...changed.ended, ...changed.begun.ended])
  return { ok: true, value: { account, begun: changed.begun }, verdict }
}

const failure = (input: ChangePasswordInput, at: number) =>
  auditEntry(input.context, {
    action: 'user:password-change:failed',
    at,
    userId: input.userId,
    details: { reason: 'wrong_password' },
  })

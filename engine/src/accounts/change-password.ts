// A change of password: the current one is needed (S-8), and every session of the user ends but the new one (TOK-5, TOK-8).
import type { Locale } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditEntry } from '../audit/store.ts'
import type { BoundKey } from '../binding/bound-key.ts'
import type { Verdict } from '../limits/limiter.ts'
import { normalizePassword } from '../passwords/normalize-password.ts'
import type { PasswordFault } from '../passwords/password-policy.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import { isFactorRequired } from '../second-factor/policy.ts'
import { announce } from '../sessions/announce.ts'
import { type Begun, beginSession } from '../sessions/begin.ts'
import { orAlarm } from '../sessions/or-alarm.ts'
import { recordRevocations } from '../sessions/revoke.ts'
import { endLinks } from './end-links.ts'
import { lockOwner } from './lock-owner.ts'
import { postNotice } from './post-notice.ts'
import type { SignUpDeps } from './sign-up.ts'
import type { Account } from './store.ts'

export type ChangePasswordInput = {
  readonly userId: UserId
  readonly sessionId: SessionId
  /** When the user last signed in. */
  readonly authenticatedAt: number
  /** Whether a second factor was proved then. */
  readonly secondFactor: boolean
  readonly currentPassword: string
  readonly newPassword: string
  /** Sessions that this browser holds: they end, whoever's they are. */
  readonly ends: readonly SessionId[]
  /** The key that the new session will be bound to, or null. */
  readonly boundKey: BoundKey | null
  readonly context: Context
  /** The reader's, where the account has no language of its own. */
  readonly locale: Locale
}

/** `unchanged`: the new password is the current one. */
export type ChangeFault = PasswordFault | { readonly code: 'unchanged' }

export type ChangePasswordResult =
  | {
      readonly ok: true
      readonly value: { readonly account: Account; readonly begun: Begun }
      readonly verdict: Verdict | null
    }
  | {
      readonly ok: false
      readonly error: 'invalid_credentials' | 'unauthenticated'
      readonly verdict: Verdict | null
    }
  | { readonly ok: false; readonly error: 'rate_limited'; readonly verdict: Verdict }
  | {
      readonly ok: false
      readonly error: 'weak_password'
      readonly faults: readonly ChangeFault[]
      readonly verdict: Verdict | null
    }

/**
 * Refuses with `invalid_credentials` (the current password is wrong), `weak_password`, `rate_limited`, or `unauthenticated`: the
 * session was ended meanwhile.
 */
export const changePassword = async (deps: SignUpDeps, input: ChangePasswordInput): Promise<ChangePasswordResult> => {
  const hits = [{ rule: 'passwordChange', key: input.userId, userId: input.userId } as const]
  const verdict = await deps.limiter.take(hits)
  if (verdict && !verdict.allowed) {
    await deps.recordLimit({ verdict, key: input.userId }, failure(deps, input, 'limited'))
    return { ok: false, error: 'rate_limited', verdict }
  }
  const giveBack = () =>
    deps.limiter.release(hits).catch((error) => deps.log.warn({ err: error }, 'a limit could not be given back'))
  const refuse = async (reason: Reason): Promise<ChangePasswordResult> => {
    await deps.audit.append([failure(deps, input, reason)])
    return { ok: false, error: 'invalid_credentials', verdict }
  }

  const account = await checkCurrent(deps, input).catch(async (error) => {
    await giveBack()
    throw error
  })
  if (!account) return refuse('wrong_password')
  await giveBack()
  const faults = isUnchanged(input) ? unchanged : await deps.checkNewPassword(input.newPassword, account)
  if (faults.length > 0) return { ok: false, error: 'weak_password', faults, verdict }

  const changed = await change(deps, input, account, await deps.hasher.hash(input.newPassword, { known: input.userId }))
  if (changed === 'session_over') return { ok: false, error: 'unauthenticated', verdict }
  if (!changed) return refuse('changed_meanwhile')
  deps.mailPosted()
  await announce(deps, [...changed.ended, ...changed.begun.ended])
  return { ok: true, value: { account, begun: changed.begun }, verdict }
}

const unchanged: readonly ChangeFault[] = [{ code: 'unchanged' }]

/** Asked of the text alone, after the current password proved right: who knows it learns nothing from the answer. */
const isUnchanged = ({ currentPassword, newPassword }: ChangePasswordInput): boolean => {
  const [current, next] = [normalizePassword(currentPassword), normalizePassword(newPassword)]
  return current.ok && next.ok && current.password === next.password
}

type WithPassword = Account & { readonly passwordHash: string }

/** The account, if the current password is right. */
const checkCurrent = async (deps: SignUpDeps, input: ChangePasswordInput): Promise<WithPassword | null> => {
  const account = await deps.accounts.findById(input.userId)
  if (!account?.isActive || account.passwordHash === null) return null
  const { ok } = await deps.hasher.verify(account.passwordHash, input.currentPassword, { known: input.userId })
  return ok ? { ...account, passwordHash: account.passwordHash } : null
}

/** Everything that it writes, in one transaction. Null: the password was changed otherwise since it was read. */
const change = (deps: SignUpDeps, input: ChangePasswordInput, account: WithPassword, passwordHash: string) => {
  const { context, ends, boundKey, locale } = input
  const userId = account.id
  const now = deps.clock.now()
  const committed = deps.transact(async (stores) => {
    const { accounts, sessions, factors, roles, oneTimeTokens, outbox, audit } = stores
    if (!(await lockOwner(stores, input))) return 'session_over' as const
    if (!(await accounts.confirmPassword(userId, account.passwordHash, passwordHash, now))) return null
    await endLinks(oneTimeTokens, userId, now)
    const ended = await sessions.revokeAllOfUser(userId, 'password_changed', now, null)
    const entry = { action: 'user:password-change', at: now, userId, resource: 'user', resourceId: userId }
    await audit.append([auditEntry(context, entry)])
    await recordRevocations(audit, ended, { reason: 'password_changed', now, context })
    const notice = { kind: 'password_changed' } as const
    await postNotice(deps, { oneTimeTokens, outbox }, { notice, account, now, context, locale })
    // A password alone is no fresh sign-in where a second factor is due: the session stays as recent as its own was (TOK-11).
    const held = await factors.held(userId)
    const isWhole = !(await isFactorRequired(deps.secondFactor, roles, { userId, held }))
    const authenticatedAt = isWhole ? now : input.authenticatedAt
    const next = { userId, now, context, ends, boundKey, authenticatedAt, secondFactor: input.secondFactor }
    const begun = await beginSession(deps, { sessions, audit }, next)
    return { begun, ended: ended.map(({ id }) => id) }
  })
  return orAlarm(deps.log, { reason: 'password_changed', user: userId }, committed)
}

type Reason = 'limited' | 'wrong_password' | 'changed_meanwhile'

const failure = (deps: SignUpDeps, input: ChangePasswordInput, reason: Reason): AuditEntry =>
  auditEntry(input.context, {
    action: 'user:password-change:failed',
    at: deps.clock.now(),
    userId: input.userId,
    resource: 'user',
    resourceId: input.userId,
    details: { reason },
  })

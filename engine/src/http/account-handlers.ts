// Sign-up, sign-in, change of password, and who one is.

import { type ChangePasswordInput, changePassword } from '../accounts/change-password.ts'
import { parseEmail } from '../accounts/email.ts'
import type { LiveAccounts } from '../accounts/live-accounts.ts'
import { type SignInDeps, signIn } from '../accounts/sign-in.ts'
import { type SignUpDeps, signUp } from '../accounts/sign-up.ts'
import type { Binding } from '../binding/binding.ts'
import { isProvenByBrowser } from '../binding/bound-key.ts'
import { oneTimeTokenHash } from '../one-time-tokens/one-time-token.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { LivePermissions } from '../roles/live-permissions.ts'
import { presentSession } from '../sessions/present-session.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Call } from './call.ts'
import { tokenOf } from './link-handlers.ts'
import { localeOf } from './locale.ts'
import { answer, type Outcome, refuse } from './outcome.ts'
import type { Proofs } from './proofs.ts'
import type { InputOf } from './read-input.ts'
import { badEmail, passwordFields } from './validate.ts'
import type { WaysIn } from './ways-in.ts'

export type AccountHandlerDeps = SignUpDeps &
  SignInDeps & {
    readonly oneTimeTokens: Pick<OneTimeTokenStore, 'find'>
    readonly waysIn: WaysIn
    readonly signUpOpen: boolean
    readonly liveAccounts: LiveAccounts
    readonly livePermissions: LivePermissions
    readonly binding: Binding
    readonly proofs: Proofs
  }

const signInRefused = { limited: { key: 'rateLimitedSignIn' }, closed: { key: 'closedSignIn' } } as const

export const createAccountHandlers = (deps: AccountHandlerDeps) => {
  /**
   * The key of the session that follows this one: its own where it has one, never none in its place; the guard has seen it
   * proven. A key that the browser keeps is for one session alone: for the next one it registers another.
   */
  const keyOfNext = async (call: Call, { session }: VerifiedSession) =>
    session.boundKey === null || isProvenByBrowser(session.boundKey)
      ? deps.proofs.registered(call)
      : ({ kind: 'registered', key: session.boundKey } as const)

  /** Sign-in; with the link that proves the mailbox, the first one. */
  const enter = async (
    call: Call,
    given: { email: string; password: string },
    verification?: { readonly tokenHash: string },
  ): Promise<Outcome> => {
    const email = parseEmail(given.email)
    if (!email) return badEmail
    const brought = await deps.waysIn.brought(call)
    if (brought.kind === 'refusal') return brought
    const wanted = { ...brought, email, password: given.password, ...(verification && { verification }) }
    const result = await signIn({ ...deps, limiter: call.limiter }, wanted)
    const { verdict } = result
    if (!result.ok)
      return refuse(result.error, {
        verdict,
        ...(result.error === 'rate_limited' ? { detail: signInRefused[result.reason] } : {}),
      })
    return deps.waysIn.answer(result.value, { verdict })
  }

  return {
    /**
     * With a link that proves the mailbox: whoever made the account knows its password, whoever has the mailbox has the link,
     * and only both together open it (H-3).
     */
    login: async (call: Call, _as: null, { body }: InputOf<'login'>): Promise<Outcome> => {
      if (body.verification === undefined) return enter(call, body)
      const tokenHash = oneTimeTokenHash('verify_email', tokenOf(body.verification))
      const use = await deps.oneTimeTokens.find(tokenHash, 'verify_email', deps.clock.now())
      if (!use) return refuse('link_expired')
      return enter(call, body, use.emailKey === parseEmail(body.email)?.key ? { tokenHash } : undefined)
    },

    register: async (call: Call, _as: null, { body }: InputOf<'register'>): Promise<Outcome> => {
      if (!deps.signUpOpen) return refuse('not_found')
      const email = parseEmail(body.email)
      if (!email) return badEmail
      const brought = await deps.waysIn.brought(call)
      if (brought.kind === 'refusal') return brought
      const { password, name = null, locale = null } = body
      const wanted = { ...brought, email, password, name, locale, readerLocale: localeOf(call) }
      const result = await signUp({ ...deps, limiter: call.limiter }, wanted)
      const { verdict } = result
      if (!result.ok) {
        return result.error === 'weak_password'
          ? refuse('validation_failed', { fields: passwordFields('password', result.faults), verdict })
          : refuse(result.error, { verdict })
      }
      if (result.value === 'verification_sent') return answer(202, { json: { status: 'verification_sent' }, verdict })
      return deps.waysIn.answer(result.value, { status: 201, verdict })
    },

    changePassword: async (
      call: Call,
      verified: VerifiedSession,
      { body }: InputOf<'changePassword'>,
    ): Promise<Outcome> => {
      const { session } = verified
      const key = await keyOfNext(call, verified)
      if (key.kind === 'refusal') return key
      const input: ChangePasswordInput = {
        userId: session.userId,
        sessionId: session.id,
        authenticatedAt: session.authenticatedAt,
        secondFactor: session.secondFactor,
        ...body,
        boundKey: key.key,
        ends: await deps.waysIn.held(call),
        context: call.context,
        locale: localeOf(call),
      }
      const result = await changePassword({ ...deps, limiter: call.limiter }, input)
      const { verdict } = result
      if (!result.ok) {
        return result.error === 'weak_password'
          ? refuse('validation_failed', { fields: passwordFields('newPassword', result.faults), verdict })
          : refuse(result.error, { verdict })
      }
      const { account, begun } = result.value
      return deps.waysIn.answerBegun(account, begun, verdict)
    },

    me: async ({ session }: VerifiedSession): Promise<Outcome> => {
      const { userId } = session
      const account = deps.liveAccounts.peek(userId) ?? (await deps.liveAccounts.get(userId))
      if (!account) return refuse('unauthenticated')
      const { roles, permissions } = await deps.livePermissions.of(account, session)
      return answer(200, { json: { user: account.user, session: presentSession(session), roles, permissions } })
    },
  }
}

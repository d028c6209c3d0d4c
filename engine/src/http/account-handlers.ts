// Sign-up, sign-in, change of password, and who one is.

import type { SessionStarted } from '@vigile/contract'
import { type ChangePasswordInput, changePassword } from '../accounts/change-password.ts'
import { parseDeviceTokens } from '../accounts/device.ts'
import { parseEmail } from '../accounts/email.ts'
import type { LiveAccounts } from '../accounts/live-accounts.ts'
import { presentUser } from '../accounts/present-user.ts'
import { type SignInDeps, signIn } from '../accounts/sign-in.ts'
import { type SignUpDeps, signUp } from '../accounts/sign-up.ts'
import type { Account } from '../accounts/store.ts'
import type { Binding } from '../binding/binding.ts'
import { isProvenByBrowser } from '../binding/bound-key.ts'
import type { Dbsc } from '../binding/dbsc.ts'
import type { Keyring } from '../keys/keyring.ts'
import { oneTimeTokenHash } from '../one-time-tokens/one-time-token.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { Begun } from '../sessions/begin.ts'
import { presentSession } from '../sessions/present-session.ts'
import { readPresentation } from '../sessions/presented-token.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Call } from './call.ts'
import { tokenOf } from './link-handlers.ts'
import { localeOf } from './locale.ts'
import { answer, type Outcome, refuse } from './outcome.ts'
import type { Proofs } from './proofs.ts'
import type { InputOf } from './read-input.ts'
import type { Delivery, SessionCookies } from './session-cookies.ts'
import { badEmail, passwordFields } from './validate.ts'

export type AccountHandlerDeps = SignUpDeps &
  SignInDeps & {
    readonly keyring: Keyring
    readonly oneTimeTokens: Pick<OneTimeTokenStore, 'find'>
    readonly sessionCookies: SessionCookies
    readonly delivery: Delivery
    readonly signUpOpen: boolean
    readonly liveAccounts: LiveAccounts
    readonly binding: Binding
    readonly dbsc: Dbsc
    readonly proofs: Proofs
    readonly authPath: string
  }

const signInRefused = { limited: { key: 'rateLimitedSignIn' }, closed: { key: 'closedSignIn' } } as const

export const createAccountHandlers = (deps: AccountHandlerDeps) => {
  /** Sessions that the browser holds end at sign-in, whatever their generation. */
  const held = async (call: Call) => {
    const presentation = await readPresentation(deps.keyring, call.jar.refresh)
    return presentation.kind === 'genuine' ? [...new Set(presentation.tokens.map((token) => token.sessionId))] : []
  }

  const started = (account: Account, begun: Begun): SessionStarted => ({
    user: presentUser(account),
    session: presentSession(begun.session),
    expiresIn: Math.floor((begun.access.accessExpiresAt - begun.now) / 1000),
    fingerprint: begun.refresh.fingerprint,
    ...(deps.delivery === 'body' ? { accessToken: begun.access.accessToken } : {}),
  })

  const startedCookies = ({ access, refresh, session, now }: Begun) => [
    ...deps.sessionCookies.access(access, now),
    ...deps.sessionCookies.refresh(refresh, session, now),
  ]

  const credentials = async (call: Call, body: { email: string; password: string }) => {
    const email = parseEmail(body.email)
    if (!email) return null
    return {
      email,
      password: body.password,
      deviceTokens: parseDeviceTokens(call.jar.device),
      ends: await held(call),
      context: call.context,
      clientKey: call.clientKey,
    }
  }

  /** To a browser that brought no key: it may register one of its own (DBSC), with a challenge that only this answer has. */
  const offer = ({ session }: Begun): Readonly<Record<string, string>> => {
    if (deps.binding.mode === 'off' || deps.delivery === 'body' || session.boundKey !== null) return {}
    const challenge = deps.dbsc.registrationChallenge(session.id)
    const path = `${deps.authPath}/dbsc/registration`
    return { 'Secure-Session-Registration': `(ES256);path="${path}";challenge="${challenge}"` }
  }

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
    const input = await credentials(call, given)
    if (!input) return badEmail
    const registered = await deps.proofs.registered(call)
    if (registered.kind === 'refusal') return registered
    const wanted = { ...input, boundKey: registered.key, ...(verification && { verification }) }
    const result = await signIn({ ...deps, limiter: call.limiter }, wanted)
    const { verdict } = result
    if (!result.ok)
      return refuse(result.error, {
        verdict,
        ...(result.error === 'rate_limited' ? { detail: signInRefused[result.reason] } : {}),
      })
    const { account, begun, deviceToken } = result.value
    return answer(200, {
      json: started(account, begun),
      cookies: [...startedCookies(begun), deps.sessionCookies.device(deviceToken)],
      headers: offer(begun),
      verdict,
    })
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
      const input = await credentials(call, body)
      if (!input) return badEmail
      const registered = await deps.proofs.registered(call)
      if (registered.kind === 'refusal') return registered
      const { name = null, locale = null } = body
      const wanted = { ...input, name, locale, readerLocale: localeOf(call), boundKey: registered.key }
      const result = await signUp({ ...deps, limiter: call.limiter }, wanted)
      const { verdict } = result
      if (!result.ok) {
        return result.error === 'weak_password'
          ? refuse('validation_failed', { fields: passwordFields('password', result.faults), verdict })
          : refuse(result.error, { verdict })
      }
      if (result.value === 'verification_sent') return answer(202, { json: { status: 'verification_sent' }, verdict })
      const { account, begun, deviceToken } = result.value
      return answer(201, {
        json: started(account, begun),
        cookies: [...startedCookies(begun), deps.sessionCookies.device(deviceToken)],
        headers: offer(begun),
        verdict,
      })
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
        ...body,
        boundKey: key.key,
        ends: await held(call),
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
      return answer(200, {
        json: started(account, begun),
        cookies: startedCookies(begun),
        headers: offer(begun),
        verdict,
      })
    },

    me: async ({ session }: VerifiedSession): Promise<Outcome> => {
      const user = deps.liveAccounts.peek(session.userId) ?? (await deps.liveAccounts.get(session.userId))
      if (!user) return refuse('unauthenticated')
      return answer(200, { json: { user, session: presentSession(session), permissions: [] } })
    },
  }
}

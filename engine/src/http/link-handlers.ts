// Links that are sent by mail: asking for them, and what the pages behind them send (ACC-4). Only a POST uses a link up.
import type { ConfirmSignIn } from '@vigile/contract'
import { parseEmail } from '../accounts/email.ts'
import { askedMark, type MagicLinkDeps, signInByLink } from '../accounts/magic-link.ts'
import { type LinkPurpose, type RequestLinkDeps, requestLink } from '../accounts/request-link.ts'
import { type ResetPasswordDeps, resetPassword } from '../accounts/reset-password.ts'
import { type OneTimeToken, parseOneTimeToken } from '../one-time-tokens/one-time-token.ts'
import type { Call } from './call.ts'
import { localeOf } from './locale.ts'
import { answer, type Outcome, refuse } from './outcome.ts'
import type { InputOf } from './read-input.ts'
import type { SessionCookies } from './session-cookies.ts'
import { badEmail, passwordFields } from './validate.ts'
import type { WaysIn } from './ways-in.ts'

export type LinkHandlerDeps = Omit<RequestLinkDeps, 'limiter'> &
  ResetPasswordDeps &
  MagicLinkDeps & {
    readonly magicLink: boolean
    readonly waysIn: WaysIn
    readonly sessionCookies: Pick<SessionCookies, 'link'>
  }

/** The contract's pattern is the same: a token that has not its form never comes so far. */
export const tokenOf = (text: string): OneTimeToken => {
  const token = parseOneTimeToken(text)
  if (!token) throw new Error('the token of a link passed its schema without having its form')
  return token
}

export const createLinkHandlers = (deps: LinkHandlerDeps) => {
  const send = async (
    call: Call,
    purpose: LinkPurpose,
    text: string,
    cookies: (token: OneTimeToken) => readonly string[] = () => [],
  ): Promise<Outcome> => {
    const email = parseEmail(text)
    if (!email) return badEmail
    const { context, clientKey, limiter } = call
    const result = await requestLink(
      { ...deps, limiter },
      { purpose, email, locale: localeOf(call), context, clientKey },
    )
    const { verdict } = result
    if (!result.ok) return refuse(result.error, { verdict })
    return answer(202, { json: { status: 'sent' }, cookies: cookies(result.token), verdict })
  }

  return {
    forgotPassword: (call: Call, _as: null, { body }: InputOf<'forgotPassword'>) =>
      send(call, 'reset_password', body.email),

    /** The browser that asks gets a mark of it, whether the address has an account or not. */
    requestMagicLink: async (call: Call, _as: null, { body }: InputOf<'requestMagicLink'>): Promise<Outcome> =>
      deps.magicLink
        ? send(call, 'magic_link', body.email, (token) => [deps.sessionCookies.link(askedMark(token))])
        : refuse('not_found'),

    magicLink: async (call: Call, _as: null, { body }: InputOf<'magicLink'>): Promise<Outcome> => {
      if (!deps.magicLink) return refuse('not_found')
      const brought = await deps.waysIn.brought(call)
      if (brought.kind === 'refusal') return brought
      const { token, confirmed = false } = body
      const input = { ...brought, token: tokenOf(token), marks: call.jar.link, isConfirmed: confirmed }
      const result = await signInByLink(deps, input)
      if (result.ok) return deps.waysIn.answer(result.value, { verdict: null })
      if (result.error === 'link_expired') return refuse('link_expired')
      const confirm: ConfirmSignIn = { next: 'confirm', email: result.email }
      return answer(200, { json: confirm })
    },

    requestVerification: (call: Call, _as: null, { body }: InputOf<'requestVerification'>) =>
      send(call, 'verify_email', body.email),

    resetPassword: async (call: Call, _as: null, { body }: InputOf<'resetPassword'>): Promise<Outcome> => {
      const { context, clientKey } = call
      const token = tokenOf(body.token)
      const input = { token, password: body.password, locale: localeOf(call), context, clientKey }
      const result = await resetPassword(deps, input)
      if (result.ok) return answer(200, { json: { status: 'password_changed' } })
      return result.error === 'weak_password'
        ? refuse('validation_failed', { fields: passwordFields('password', result.faults) })
        : refuse(result.error)
    },
  }
}

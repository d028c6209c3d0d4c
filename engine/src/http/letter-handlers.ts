// What the pages behind links of letters send, beyond those of passwords (ACC-4, ACC-8). Only a POST uses a link up.
import { changeEmail } from '../accounts/change-email.ts'
import { parseEmail } from '../accounts/email.ts'
import type { LetterActDeps } from '../accounts/letter-act.ts'
import { notMe } from '../accounts/not-me.ts'
import { presentUser } from '../accounts/present-user.ts'
import { type RequestEmailChangeDeps, requestEmailChange } from '../accounts/request-email-change.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Call } from './call.ts'
import { bySession } from './guards.ts'
import { tokenOf } from './link-handlers.ts'
import { localeOf } from './locale.ts'
import { answer, type Outcome, refuse } from './outcome.ts'
import type { InputOf } from './read-input.ts'
import { badEmail } from './validate.ts'

export type LetterHandlerDeps = LetterActDeps & Omit<RequestEmailChangeDeps, 'limiter'>

const sameEmail = refuse('validation_failed', {
  fields: [{ path: 'email', code: 'email_unchanged', key: 'fields.email_unchanged' }],
})

export const createLetterHandlers = (deps: LetterHandlerDeps) => ({
  requestEmailChange: async (
    call: Call,
    { session }: VerifiedSession,
    { body }: InputOf<'requestEmailChange'>,
  ): Promise<Outcome> => {
    const email = parseEmail(body.email)
    if (!email) return badEmail
    const { context, clientKey, limiter } = call
    const input = { ...bySession(session), email, locale: localeOf(call), context, clientKey }
    const result = await requestEmailChange({ ...deps, limiter }, input)
    const { verdict } = result
    if (result.ok) return answer(202, { json: { status: 'sent' }, verdict })
    return result.error === 'unchanged' ? { ...sameEmail, verdict } : refuse(result.error, { verdict })
  },

  changeEmail: async (call: Call, { session }: VerifiedSession, { body }: InputOf<'changeEmail'>): Promise<Outcome> => {
    const input = { token: tokenOf(body.token), ...bySession(session), context: call.context, locale: localeOf(call) }
    const result = await changeEmail(deps, input)
    return result.ok ? answer(200, { json: { user: presentUser(result.value) } }) : refuse(result.error)
  },

  notMe: async (call: Call, _as: null, { body }: InputOf<'notMe'>): Promise<Outcome> => {
    const result = await notMe(deps, { token: tokenOf(body.token), context: call.context, locale: localeOf(call) })
    return result.ok ? answer(200, { json: { status: 'secured' } }) : refuse(result.error)
  },
})

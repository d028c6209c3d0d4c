// Passkeys over HTTP: sign-in, and those of an account.
import { type AddPasskeyDeps, addPasskey, beginAddPasskey } from '../passkeys/add-passkey.ts'
import { requestOptions } from '../passkeys/options.ts'
import type { RelyingParty } from '../passkeys/relying-party.ts'
import { type RemovePasskeyDeps, removePasskey } from '../passkeys/remove-passkey.ts'
import { renamePasskey } from '../passkeys/rename-passkey.ts'
import { type PasskeySignInDeps, signInWithPasskey } from '../passkeys/sign-in-with-passkey.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Call } from './call.ts'
import { bySession } from './guards.ts'
import { localeOf } from './locale.ts'
import { answer, type Outcome, refuse } from './outcome.ts'
import { nameOf, notAdded, notSignedIn } from './passkey-answers.ts'
import type { InputOf } from './read-input.ts'
import type { WaysIn } from './ways-in.ts'

type ActDeps = Omit<AddPasskeyDeps & PasskeySignInDeps & RemovePasskeyDeps, 'relyingParty'>

export type PasskeyHandlerDeps = ActDeps & {
  /** Null: browsers make no passkeys for this site. */
  readonly relyingParty: RelyingParty | null
  readonly waysIn: WaysIn
}

export const createPasskeyHandlers = (deps: PasskeyHandlerDeps) => {
  const { relyingParty } = deps
  const acts = relyingParty && { ...deps, relyingParty }
  return {
    signInOptions: async (): Promise<Outcome> => {
      if (!acts) return refuse('not_found')
      const challenge = acts.challenges.issue('sign-in')
      return answer(200, { json: requestOptions(acts.relyingParty, { challenge }) })
    },

    signIn: async (call: Call, _as: null, { body }: InputOf<'passkeySignIn'>): Promise<Outcome> => {
      if (!acts) return refuse('not_found')
      const brought = await deps.waysIn.brought(call)
      if (brought.kind === 'refusal') return brought
      const result = await signInWithPasskey({ ...acts, limiter: call.limiter }, { ...brought, ...body })
      const { verdict } = result
      if (!result.ok) return notSignedIn(result.error, verdict)
      return result.value.kind === 'closed'
        ? deps.waysIn.answer(result.value, { verdict })
        : deps.waysIn.answerFinished(result.value, { verdict })
    },

    options: async (_call: Call, { session }: VerifiedSession): Promise<Outcome> => {
      if (!acts) return refuse('not_found')
      const result = await beginAddPasskey(acts, {
        userId: session.userId,
        purpose: `add.${session.userId}`,
      })
      return result.ok ? answer(200, { json: result.value }) : notAdded(result.error)
    },

    add: async (call: Call, { session }: VerifiedSession, { body }: InputOf<'addPasskey'>): Promise<Outcome> => {
      if (!acts) return refuse('not_found')
      const { response, name = nameOf(call) } = body
      const { context } = call
      const input = { ...bySession(session), response, name, context, locale: localeOf(call) }
      const result = await addPasskey(acts, input)
      return result.ok ? answer(201, { json: result.value }) : notAdded(result.error)
    },

    rename: async (
      { context }: Call,
      { session }: VerifiedSession,
      { params: { id }, body: { name } }: InputOf<'renamePasskey'>,
    ): Promise<Outcome> => {
      const renamed = await renamePasskey(deps, { ...bySession(session), id, name, context })
      return typeof renamed === 'string' ? refuse(renamed) : answer(200, { json: renamed })
    },

    remove: async (
      call: Call,
      { session }: VerifiedSession,
      { params: { id } }: InputOf<'removePasskey'>,
    ): Promise<Outcome> => {
      const input = { ...bySession(session), id, context: call.context, locale: localeOf(call) }
      const outcome = await removePasskey(deps, input)
      if (outcome === 'removed') return answer(204)
      return outcome === 'required'
        ? refuse('permission_denied', { detail: { key: 'factorRequired' } })
        : refuse(outcome)
    },
  }
}

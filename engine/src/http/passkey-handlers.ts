// Passkeys over HTTP: sign-in, and those of an account.
import { type AddPasskeyDeps, type AddRefusal, addPasskey, beginAddPasskey } from '../passkeys/add-passkey.ts'
import { requestOptions } from '../passkeys/options.ts'
import { presentPasskey } from '../passkeys/present-passkey.ts'
import type { RelyingParty } from '../passkeys/relying-party.ts'
import { removePasskey } from '../passkeys/remove-passkey.ts'
import { renamePasskey } from '../passkeys/rename-passkey.ts'
import { type PasskeySignInDeps, signInWithPasskey } from '../passkeys/sign-in-with-passkey.ts'
import { describeDevice } from '../sessions/present-session.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Call } from './call.ts'
import { localeOf } from './locale.ts'
import { answer, type Outcome, refuse } from './outcome.ts'
import type { InputOf } from './read-input.ts'
import type { WaysIn } from './ways-in.ts'

type ActDeps = Omit<AddPasskeyDeps & PasskeySignInDeps, 'relyingParty'>

export type PasskeyHandlerDeps = ActDeps & {
  /** Null: browsers make no passkeys for this site. */
  readonly relyingParty: RelyingParty | null
  readonly waysIn: WaysIn
}

/** What a new passkey is called where nobody says: `Firefox · Linux`. */
const nameOf = ({ context }: Call): string => {
  const { browser, system } = describeDevice(context.userAgent)
  return [browser, system].filter(Boolean).join(' · ').slice(0, 64) || 'Passkey'
}

const notSignedIn = {
  invalid_credentials: { detail: { key: 'passkeyNotAccepted' } },
  rate_limited: { detail: { key: 'rateLimitedSignIn' } },
} as const

const notAdded = (error: AddRefusal): Outcome => {
  if (error === 'not_found') return refuse('unauthenticated')
  const code = `passkey_${error}` as const
  return refuse('validation_failed', { fields: [{ path: 'response', code, key: `fields.${code}` }] })
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
      if (!result.ok) return refuse(result.error, { verdict, ...notSignedIn[result.error] })
      return deps.waysIn.answer(result.value, { verdict })
    },

    list: async (_call: Call, { session }: VerifiedSession): Promise<Outcome> =>
      answer(200, { json: { passkeys: (await deps.passkeys.listOfUser(session.userId)).map(presentPasskey) } }),

    options: async (_call: Call, { session }: VerifiedSession): Promise<Outcome> => {
      if (!acts) return refuse('not_found')
      const result = await beginAddPasskey(acts, session.userId)
      return result.ok ? answer(200, { json: result.value }) : notAdded(result.error)
    },

    add: async (call: Call, { session }: VerifiedSession, { body }: InputOf<'addPasskey'>): Promise<Outcome> => {
      if (!acts) return refuse('not_found')
      const { response, name = nameOf(call) } = body
      const { context } = call
      const input = { userId: session.userId, response, name, context, locale: localeOf(call) }
      const result = await addPasskey(acts, input)
      return result.ok ? answer(201, { json: result.value }) : notAdded(result.error)
    },

    rename: async (
      { context }: Call,
      { session: { userId } }: VerifiedSession,
      { params: { id }, body: { name } }: InputOf<'renamePasskey'>,
    ): Promise<Outcome> => {
      const renamed = await renamePasskey(deps, { userId, id, name, context })
      return renamed ? answer(200, { json: renamed }) : refuse('not_found')
    },

    remove: async (
      call: Call,
      { session: { userId } }: VerifiedSession,
      { params: { id } }: InputOf<'removePasskey'>,
    ): Promise<Outcome> => {
      const removed = await removePasskey(deps, { userId, id, context: call.context, locale: localeOf(call) })
      return removed ? answer(204) : refuse('not_found')
    },
  }
}

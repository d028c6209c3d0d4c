// The accounts at providers that are connected to an account.
import { auditEntry } from '../audit/entry.ts'
import type { IdentityStore } from '../identities/store.ts'
import { markOf, wantedHandle } from '../oauth/flow-secrets.ts'
import { type LinkDeps, type LinkInput, linkIdentity, offerIdentity } from '../oauth/link.ts'
import { listIdentities } from '../oauth/list-identities.ts'
import { type UnlinkDeps, unlinkIdentity } from '../oauth/unlink.ts'
import type { VerifiedSession } from '../sessions/verify.ts'
import type { Call } from './call.ts'
import type { Cookies } from './cookies.ts'
import { bySession } from './guards.ts'
import { localeOf } from './locale.ts'
import { handleOf } from './oauth-handlers.ts'
import { answer, type Outcome, type Refusal, refuse } from './outcome.ts'
import type { InputOf } from './read-input.ts'

export type IdentityHandlerDeps = LinkDeps &
  UnlinkDeps & { readonly identities: Pick<IdentityStore, 'listOfUser'>; readonly cookies: Cookies }

const tooMany = refuse('validation_failed', {
  fields: [{ path: 'handle', code: 'identity_too_many', key: 'fields.identity_too_many' }],
})

export const createIdentityHandlers = (deps: IdentityHandlerDeps) => {
  const read = ({ jar, context }: Call, { session }: VerifiedSession, handle: string): LinkInput => ({
    ...bySession(session),
    wanted: wantedHandle(handleOf(handle), jar.exchange),
    context,
  })
  return {
    list: async (_call: Call, { session }: VerifiedSession): Promise<Outcome> =>
      answer(200, { json: await listIdentities(deps, session.userId) }),

    offer: async (call: Call, verified: VerifiedSession, { body }: InputOf<'offerIdentity'>): Promise<Outcome> => {
      const offered = await offerIdentity(deps, read(call, verified, body.handle))
      return offered.ok ? answer(200, { json: offered.value }) : refuse(offered.error)
    },

    link: async (call: Call, verified: VerifiedSession, { body }: InputOf<'linkIdentity'>): Promise<Outcome> => {
      const input = read(call, verified, body.handle)
      const linked = await linkIdentity(deps, input)
      if (!linked.ok) return linked.error === 'too_many' ? tooMany : refuse(linked.error)
      const over = deps.cookies.clearFlow('exchange', markOf(input.wanted.handleHash))
      return answer(201, { json: linked.value, cookies: [over] })
    },

    /** OAU-4: what is no handle is on record too. */
    badHandle: async ({ context }: Call, refusal: Refusal): Promise<Outcome> => {
      const act = { action: 'identity:link:failed', at: deps.clock.now(), resource: 'identity' }
      await deps.audit.append([auditEntry(context, { ...act, details: { by: 'oauth', reason: 'malformed' } })])
      return refusal
    },

    unlink: async (
      call: Call,
      { session }: VerifiedSession,
      { params: { id } }: InputOf<'unlinkIdentity'>,
    ): Promise<Outcome> => {
      const input = { ...bySession(session), id, context: call.context, locale: localeOf(call) }
      const outcome = await unlinkIdentity(deps, input)
      return outcome === 'unlinked' ? answer(204) : refuse(outcome)
    },
  }
}

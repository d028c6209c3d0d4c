// An account at a provider is connected by its owner, who is signed in here and has just signed in there. The handle is good for the
// very session that began, in the browser that began: nobody is made to connect a stranger's account, which would let the stranger in.
import type { IdentityLinked, OfferedIdentity } from '@vigile/contract'
import { type BySession, lockOwner } from '../accounts/lock-owner.ts'
import type { AccountStore } from '../accounts/store.ts'
import type { Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import { sealTokens } from '../identities/sealed-tokens.ts'
import type { Identity, IdentityStore } from '../identities/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Transact } from '../primitives/transact.ts'
import type { SessionStore } from '../sessions/store.ts'
import { type ConnectStores, connectIdentity } from './connect.ts'
import { failedFlow, reasonOf } from './failed-flow.ts'
import { presentIdentity, providerName } from './present-identity.ts'
import type { Provider } from './provider.ts'
import { type HandleContent, openHandle } from './sealed-handle.ts'
import type { OAuthHandle, OAuthHandleStore } from './store.ts'

/** Of one account. Who has more of them is no person. */
const maxIdentities = 20

type LinkStores = ConnectStores & {
  readonly accounts: AccountStore
  readonly sessions: SessionStore
  readonly identities: IdentityStore
  readonly oauthHandles: Pick<OAuthHandleStore, 'use'>
}

export type LinkDeps = {
  readonly transact: Transact<LinkStores>
  readonly oauthHandles: Pick<OAuthHandleStore, 'find' | 'standing'>
  readonly audit: AuditStore
  readonly keyring: Pick<Keyring, 'find' | 'newest'>
  readonly clock: Clock
  readonly providers: readonly Pick<Provider, 'id' | 'name'>[]
  readonly mailPosted: () => void
}

/** The handle, as `wantedHandle` reads it from the request, and who brings it. */
export type LinkInput = BySession & {
  readonly wanted: { readonly handleHash: string; readonly browserHashes: readonly string[] }
  readonly context: Context
}

type Expired = { readonly ok: false; readonly error: 'sign_in_expired' }
type LinkRefusal = 'sign_in_expired' | 'unauthenticated' | 'already_linked' | 'too_many'
type Refused = { readonly ok: false; readonly error: LinkRefusal }

const expired: Expired = { ok: false, error: 'sign_in_expired' }

/**
 * Whom the handle would connect, for the page that asks. Uses nothing up. Refuses `sign_in_expired`: the handle is unknown, used, too
 * old, of another browser or of another session, all alike.
 */
export const offerIdentity = async (
  deps: LinkDeps,
  input: LinkInput,
): Promise<{ readonly ok: true; readonly value: OfferedIdentity } | Expired> => {
  const handle = await findHandle(deps, input)
  if (!handle) return expired
  const { provider } = handle
  const { label, email } = (await openHandle(deps.keyring, handle)).profile
  return { ok: true, value: { provider, providerName: providerName(deps.providers, provider), name: label, email } }
}

/**
 * Connects the account at the provider. One that is connected to this account already gets the new tokens. Refuses
 * `sign_in_expired` as above, `unauthenticated` (the session was ended meanwhile), `already_linked` (it is connected to another
 * account) and `too_many`.
 *
 * @example
 * const linked = await linkIdentity(deps, { ...bySession(session), wanted: wantedHandle(handle, jar.exchange), context })
 */
export const linkIdentity = async (
  deps: LinkDeps,
  input: LinkInput,
): Promise<{ readonly ok: true; readonly value: IdentityLinked } | Refused> => {
  const handle = await findHandle(deps, input)
  const provider = handle && deps.providers.find(({ id }) => id === handle.provider)
  if (!provider) {
    if (handle)
      await deps.audit.append([failedLink(deps, input, { provider: handle.provider, reason: 'provider_gone' })])
    return expired
  }
  // Before the transaction: a key that this node does not know is looked up in the database.
  const content = await openHandle(deps.keyring, handle)
  const done = await deps.transact(async (stores) => {
    const now = deps.clock.now()
    const refuse = async <Code extends LinkRefusal>(error: Code, reason: string = error): Promise<Code> => {
      await stores.audit.append([failedLink(deps, input, { provider: provider.id, reason })])
      return error
    }
    const account = await lockOwner(stores, input)
    if (!account) return refuse('unauthenticated', 'session_ended')
    const used = await stores.oauthHandles.use({ ...input.wanted, purpose: 'link' }, now)
    if (!used) return refuse('sign_in_expired', 'used')
    const { issuer, profile } = content
    const known = await stores.identities.findBySubject({ provider: provider.id, issuer, subject: profile.subject })
    if (known?.userId === account.id) return renew(deps, stores, known, content)
    const own = await stores.identities.listOfUser(account.id)
    if (own.length >= maxIdentities) return refuse('too_many')
    const connecting = { account, provider, content, by: 'owner', now, context: input.context } as const
    const connected = known ? null : await connectIdentity(deps, stores, connecting)
    return connected ?? refuse('already_linked')
  })
  if (typeof done === 'string') return { ok: false, error: done }
  deps.mailPosted()
  return { ok: true, value: { identity: presentIdentity(deps.providers, done), returnTo: handle.returnTo } }
}

/** The handle, where it is good and was made for this session. Anybody else's is as absent as one that never was (S-86). */
const findHandle = async (deps: LinkDeps, input: LinkInput): Promise<OAuthHandle | null> => {
  const { wanted, userId, sessionId } = input
  const now = deps.clock.now()
  const handle = await deps.oauthHandles.find({ ...wanted, purpose: 'link' }, now)
  if (handle?.linking?.userId === userId && handle.linking.sessionId === sessionId) return handle
  const standing = await deps.oauthHandles.standing(wanted.handleHash)
  const reason = handle ? 'other_session' : reasonOf(standing, { provider: null, now })
  await deps.audit.append([failedLink(deps, input, { provider: standing?.provider ?? null, reason })])
  return null
}

const failedLink = (
  deps: Pick<LinkDeps, 'clock'>,
  { userId, sessionId, context }: LinkInput,
  failed: { readonly provider: string | null; readonly reason: string },
) => failedFlow(deps, { ...failed, linking: { userId, sessionId }, context })

/** Consent that is given anew. Whoever was told of the identity once need not be told again. */
const renew = async (
  { keyring, clock }: LinkDeps,
  { identities }: LinkStores,
  identity: Identity,
  { profile: { email, label }, tokens }: HandleContent,
): Promise<Identity> => {
  await identities.noteUse(identity.id, { email, label, now: identity.lastUsedAt })
  await identities.putTokens(identity.id, sealTokens(keyring, identity, tokens), clock.now())
  return { ...identity, email, label }
}

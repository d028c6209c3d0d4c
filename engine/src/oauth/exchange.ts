// The front end comes for what the callback left: the handle is used up, and whoever the provider vouched for goes in as by every
// other way, second factor included (OAU-3, S-15). One transaction: of many requests one wins, and nothing is half done (S-58).
import { announceAccount } from '../accounts/acts-on-accounts.ts'
import type { ClosureStore } from '../accounts/closure-store.ts'
import { emailHash } from '../accounts/email.ts'
import { type EnterDeps, type Entered, type EnterStores, enter } from '../accounts/enter.ts'
import { offerWayBack, type WayBack } from '../accounts/keep-account.ts'
import { findDevice } from '../accounts/known-device.ts'
import type { AccountStore } from '../accounts/store.ts'
import type { Context } from '../audit/entry.ts'
import type { RecordLimit } from '../audit/limit-record.ts'
import type { AuditStore } from '../audit/store.ts'
import type { BoundKey } from '../binding/bound-key.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Limiter, Verdict } from '../limits/limiter.ts'
import type { Channel } from '../primitives/channel.ts'
import type { Clock } from '../primitives/clock.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import type { Log } from '../primitives/log.ts'
import type { Transact } from '../primitives/transact.ts'
import { UnavailableError } from '../primitives/unavailable.ts'
import { type AdmitStores, admit, LostRace, type NotAdmitted, type NotAllowed } from './admit.ts'
import { type DecideStores, decide } from './decide.ts'
import { type FlowReason, failedFlow, reasonOf } from './failed-flow.ts'
import { type FlowCookie, type Handle, wantedHandle } from './flow-secrets.ts'
import { keepGrant } from './keep-grant.ts'
import type { Provider } from './provider.ts'
import { sealGrant } from './sealed-grant.ts'
import { type HandleContent, openHandle } from './sealed-handle.ts'
import type { OAuthHandleStore } from './store.ts'

/** Accounts and identities that change under an exchange are looked at anew so many times. */
const maxTries = 3

type ExchangeStores = EnterStores &
  AdmitStores & { readonly oauthHandles: OAuthHandleStore; readonly closures: ClosureStore }

export type ExchangeDeps = EnterDeps & {
  readonly providers: readonly Provider[]
  readonly accounts: Pick<AccountStore, 'findById' | 'findByEmailKey'>
  readonly identities: DecideStores['identities']
  readonly limiter: Limiter
  readonly recordLimit: RecordLimit
  readonly oauthHandles: Pick<OAuthHandleStore, 'find' | 'standing'>
  readonly audit: AuditStore
  readonly keyring: Pick<Keyring, 'find' | 'newest'>
  readonly transact: Transact<ExchangeStores>
  readonly channel: Channel
  readonly clock: Clock
  readonly log: Log
  readonly signUpOpen: boolean
  readonly verifyEmail: boolean
  readonly mailPosted: () => void
}

export type ExchangeInput = {
  readonly handle: Handle
  /** The browser's cookies of handles. */
  readonly cookies: readonly FlowCookie[]
  readonly deviceTokens: readonly string[]
  /** Sessions that this browser holds: they end. */
  readonly ends: readonly SessionId[]
  readonly boundKey: BoundKey | null
  readonly context: Context
  readonly clientKey: string | null
}

export type ExchangeResult =
  | { readonly ok: true; readonly value: Entered | WayBack; readonly returnTo: string }
  | { readonly ok: false; readonly error: NotAllowed | 'sign_in_expired' | 'invalid_credentials' }
  | { readonly ok: false; readonly error: 'rate_limited'; readonly verdict: Verdict }

/**
 * Signs in, or leaves a sign-in that waits for its second factor. Refuses `sign_in_expired` (unknown, used or expired handle, or that
 * of another browser: all alike), what `whoseAccount` refuses, and `invalid_credentials` (the account can't be used).
 */
export const exchangeHandle = async (deps: ExchangeDeps, input: ExchangeInput): Promise<ExchangeResult> => {
  const wanted = { ...wantedHandle(input.handle, input.cookies), purpose: 'sign_in' } as const
  const found = await deps.oauthHandles.find(wanted, deps.clock.now())
  const provider = found && deps.providers.find(({ id }) => id === found.provider)
  if (!found || !provider) return refuse(deps, input, wanted.handleHash, found ? 'provider_gone' : null)
  // Opened before the transaction: a key that this node does not know is looked up in the database.
  const content = await openHandle(deps.keyring, found)
  const done = await commit(deps, input, { wanted, provider, content, only: found.linking?.userId ?? null })
  if (!done) return refuse(deps, input, wanted.handleHash)
  const { returnTo } = found
  if ('error' in done) {
    if (done.error === 'rate_limited') return { ok: false, ...done }
    if (done.error !== 'account_disabled') return { ok: false, error: done.error }
    // Its owner may have closed it, and the provider vouches for the owner (ACC-7).
    const account = await deps.accounts.findById(done.userId)
    const wayBack = account && (await offerWayBack(deps, account, input.context))
    return wayBack ? { ok: true, value: wayBack, returnTo } : { ok: false, error: 'invalid_credentials' }
  }
  deps.mailPosted()
  await announceAccount(deps, done.account.id, done.kind === 'session' ? done.begun.ended : [])
  return { ok: true, value: done, returnTo }
}

const refuse = async (
  deps: ExchangeDeps,
  { context }: ExchangeInput,
  handleHash: string,
  known: FlowReason | null = null,
): Promise<{ readonly ok: false; readonly error: 'sign_in_expired' }> => {
  const standing = await deps.oauthHandles.standing(handleHash)
  const reason = known ?? reasonOf(standing, { provider: null, now: deps.clock.now() })
  const provider = standing?.provider ?? null
  await deps.audit.append([failedFlow(deps, { provider, reason, linking: null, context })])
  return { ok: false, error: 'sign_in_expired' }
}

type Given = {
  readonly wanted: Parameters<OAuthHandleStore['use']>[0]
  readonly provider: Provider
  readonly content: HandleContent
  readonly only: UserId | null
}

type Limited = { readonly error: 'rate_limited'; readonly verdict: Verdict }

/** LIM-1: an account that is about to be made is a sign-up like any other. Refused, nothing is made, and the handle stays good. */
const countSignUp = async (
  deps: ExchangeDeps,
  { clientKey, context }: ExchangeInput,
  given: Given,
): Promise<Limited | { readonly mayMake: boolean }> => {
  const { decision, email } = await decide(deps, deps, given)
  if (decision.kind !== 'new' || email === null || given.only !== null) return { mayMake: false }
  const hits = [
    ...(clientKey === null ? [] : [{ rule: 'signUpIp', key: clientKey } as const]),
    { rule: 'signUpEmail', key: emailHash(email) } as const,
  ]
  const verdict = await deps.limiter.take(hits)
  if (!verdict || verdict.allowed) return { mayMake: true }
  const key = hits.find(({ rule }) => rule === verdict.rule)?.key ?? ''
  const entry = failedFlow(deps, { provider: given.provider.id, reason: 'limited', linking: null, context })
  await deps.recordLimit({ verdict, key }, { ...entry, details: { ...entry.details, rule: verdict.rule } })
  return { error: 'rate_limited', verdict }
}

/** Null: another request has the handle. */
const commit = async (
  deps: ExchangeDeps,
  input: ExchangeInput,
  given: Given,
  tries = maxTries,
): Promise<Entered | NotAdmitted | Limited | null> => {
  const { context, ends, boundKey } = input
  const counted = await countSignUp(deps, input, given)
  if ('error' in counted) return counted
  try {
    return await deps.transact(async (stores) => {
      const now = deps.clock.now()
      if (!(await stores.oauthHandles.use(given.wanted, now))) return null
      const admitted = await admit(deps, stores, { ...given, ...counted, now, context })
      if ('error' in admitted) return admitted
      const { account, grant } = admitted
      const { deviceToken } = await findDevice(stores.accounts, account.id, input.deviceTokens)
      const details = { provider: given.provider.id }
      const sealFor = (tokenHash: string) => grant && sealGrant(deps.keyring, tokenHash, grant)
      const entry = { account, by: 'oauth', now, context, ends, boundKey, deviceToken, details, sealFor } as const
      const entered = await enter(deps, stores, entry)
      const isKept =
        grant === null ||
        entered.kind === 'pending' ||
        (await keepGrant(deps, stores, { account, grant, now, context }))
      if (!isKept) throw new LostRace('the account, or who has the identity, has changed')
      return entered
    })
  } catch (error) {
    if (!(error instanceof LostRace)) throw error
    if (tries === 1) throw new UnavailableError('an account kept changing under a sign-in', { cause: error })
    return commit(deps, input, given, tries - 1)
  }
}

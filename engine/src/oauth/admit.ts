// Finds or makes the account of whoever a provider vouched for, as `whoseAccount` decides. An account that was there before gets
// nothing here: what the provider gave is its own once the second factor was right too (keep-grant.ts).
import { type Email, emailHash } from '../accounts/email.ts'
import { newAccount } from '../accounts/new-account.ts'
import type { Account, AccountStore } from '../accounts/store.ts'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { Keyring } from '../keys/keyring.ts'
import { pseudonym } from '../keys/pseudonym.ts'
import type { Clock } from '../primitives/clock.ts'
import type { UserId } from '../primitives/ids.ts'
import { connectIdentity } from './connect.ts'
import { decide } from './decide.ts'
import { failedFlow } from './failed-flow.ts'
import type { KeepGrantStores } from './keep-grant.ts'
import type { Provider } from './provider.ts'
import type { Grant } from './sealed-grant.ts'
import type { HandleContent } from './sealed-handle.ts'
import type { Decision } from './whose-account.ts'

export type AdmitStores = KeepGrantStores & { readonly accounts: AccountStore }

type AdmitDeps = {
  readonly keyring: Pick<Keyring, 'newest'>
  readonly clock: Clock
  readonly signUpOpen: boolean
  readonly verifyEmail: boolean
}

type Admission = {
  readonly provider: Provider
  readonly content: HandleContent
  /** Who signs in again: nobody else is let in. Null: it is not known who comes. */
  readonly only: UserId | null
  /** An account that is made was counted as a sign-up (LIM-1). */
  readonly mayMake: boolean
  readonly now: number
  readonly context: Context
}

/** `grant`: what is to be kept when the sign-in is whole; null: it made the account, and is kept. */
export type Admitted = { readonly account: Account; readonly grant: Grant | null }
/** What `whoseAccount` refuses. */
export type NotAllowed = (Decision & { kind: 'refused' })['error'] | 'other_account'
export type NotAdmitted =
  | { readonly error: NotAllowed }
  /** Disabled, closed by its owner, or of an address that must be verified first. */
  | { readonly error: 'account_disabled'; readonly userId: UserId }

/** Somebody else was quicker with what this one relied on: the transaction must be undone, and may be done again. */
export class LostRace extends Error {}

/**
 * The account to go in to, its row locked; or why not, which is on record. Part of the transaction that used the handle up. Throws
 * `LostRace`.
 */
export const admit = async (
  deps: AdmitDeps,
  stores: AdmitStores,
  input: Admission,
): Promise<Admitted | NotAdmitted> => {
  const { provider, content, context } = input
  const { decision, email } = await decide(deps, stores, input)
  const refuse = async <Refused extends NotAdmitted>(refused: Refused): Promise<Refused> => {
    const entry = failedFlow(deps, { provider: provider.id, reason: refused.error, linking: null, context })
    const userId = 'userId' in refused ? refused.userId : null
    const details = { ...entry.details, ...(email && { emailHash: pseudonym(deps.keyring, emailHash(email)) }) }
    await stores.audit.append([{ ...entry, userId, details }])
    return refused
  }

  const isOther = input.only !== null && !('userId' in decision && decision.userId === input.only)
  if (isOther) return refuse({ error: 'other_account' })
  if (decision.kind === 'refused') return refuse({ error: decision.error })
  if (decision.kind === 'new' && !input.mayMake) throw new LostRace('the account that it was for is gone')
  // Only with an email that the provider vouches for is it decided so.
  if (decision.kind === 'new') return { account: await makeAccount(deps, stores, input, email as Email), grant: null }
  const owner = await stores.accounts.lockActive(decision.userId)
  const isUsable = owner !== null && !(deps.verifyEmail && owner.emailVerifiedAt === null)
  if (!isUsable) return refuse({ error: 'account_disabled', userId: decision.userId })
  const by = decision.kind === 'known' ? 'identity' : 'email'
  return { account: owner, grant: { ...content, provider: { id: provider.id, name: provider.name }, by } }
}

const makeAccount = async (deps: AdmitDeps, stores: AdmitStores, input: Admission, email: Email): Promise<Account> => {
  const { provider, content, now, context } = input
  const { name, image } = content.profile
  const account = { ...newAccount({ email, name, locale: null, passwordHash: null, emailVerified: true, now }), image }
  if (!(await stores.accounts.insert(account))) throw new LostRace('another account has the email')
  const { id: userId } = account
  const details = { by: 'oauth', provider: provider.id }
  const act = { action: 'user:sign-up', at: now, userId, resource: 'user', resourceId: userId, details }
  await stores.audit.append([auditEntry(context, act)])
  if (!(await connectIdentity(deps, stores, { ...input, account, by: 'sign_up' })))
    throw new LostRace('another account has the identity')
  return account
}

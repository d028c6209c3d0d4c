// Why a sign-in with a provider, or the connection of an account there, came to nothing.
import type { NetworkProblem } from '@vigile/client'
import type { ErrorCode, Problem, ProviderError } from '@vigile/contract'
import { type Provider, settings } from '../settings.ts'

type Told =
  | ProviderError
  | Extract<ErrorCode, 'account_exists' | 'other_account' | 'already_linked' | 'sign_in_expired' | 'sign_up_closed'>

/** A reason that the pages have words for, or an answer that says it in its own. */
export type Why = Told | Problem | NetworkProblem

// Not read from a catalogue: those are loaded one at a time.
const told: Readonly<Record<Told, true>> = {
  cancelled: true,
  provider_unavailable: true,
  provider_refused: true,
  email_missing: true,
  email_unverified: true,
  account_not_allowed: true,
  account_exists: true,
  other_account: true,
  already_linked: true,
  sign_in_expired: true,
  sign_up_closed: true,
}
const isTold = (code: string): code is Told => Object.hasOwn(told, code)

/** What the address says, when it is one of the reasons: anyone can write an address. */
export const whyAsked = (error: string | null): Why | null => (error !== null && isTold(error) ? error : null)

export const whyRefused = (problem: Problem | NetworkProblem): Why => (isTold(problem.code) ? problem.code : problem)

/** Whether it is worth sending the same again: it was lost on the way, or not looked at. */
export const mayBeGood = (why: Why): boolean =>
  typeof why === 'object' && (why.code === 'network' || why.code === 'rate_limited' || why.status >= 500)

/** Whether another account at the provider may do: then it is to ask which. */
export const isAboutAccount = (why: Why): boolean =>
  why === 'email_missing' || why === 'email_unverified' || why === 'account_not_allowed'

/** The provider that the address names, when the site has it. */
export const providerCalled = (id: string | null): Provider | null =>
  settings.providers.find((provider) => provider.id === id) ?? null

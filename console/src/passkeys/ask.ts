// Asks the server what to ask for, then the browser; and says in words what came of it.

import type { Result } from '@vigile/client'
import type {
  PasskeyAssertion,
  PasskeyCreationOptions,
  PasskeyRegistration,
  PasskeyRequestOptions,
} from '@vigile/contract'
import { type Trouble, troubleOf } from '../forms/trouble.ts'
import type { Made, WhyNot } from './ceremony.ts'

/** The browser's side of WebAuthn, in a file of its own. */
export const loadCeremony = () => import('./ceremony.ts')
type Ceremony = Awaited<ReturnType<typeof loadCeremony>>

export type Answered<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly trouble: Trouble<never> }

const unreachable = { code: 'network', status: 0, title: '', detail: '' } as const

/** What to say where the browser gave no passkey. */
export const whyNot = (why: WhyNot | 'another'): Trouble<never> => ({
  fields: {},
  notice: (say) => say(`passkeys.why.${why}`),
  againAt: null,
})

const ask = async <Options, T>(
  options: Promise<Result<Options>>,
  ceremonyOf: (ceremony: Ceremony) => (options: Options) => Promise<Made<T>>,
): Promise<Answered<T>> => {
  const [asked, ceremony] = await Promise.all([options, loadCeremony().catch(() => null)])
  if (!asked.ok) return { ok: false, trouble: troubleOf(asked.problem, []) }
  if (!ceremony) return { ok: false, trouble: troubleOf(unreachable, []) }
  const made = await ceremonyOf(ceremony)(asked.value)
  return made.ok ? made : { ok: false, trouble: whyNot(made.why) }
}

/** A new passkey, of these options. */
export const askForNewPasskey = (
  options: Promise<Result<PasskeyCreationOptions>>,
): Promise<Answered<PasskeyRegistration>> => ask(options, ({ makePasskey }) => makePasskey)

/** A passkey that there is. */
export const askForPasskey = (options: Promise<Result<PasskeyRequestOptions>>): Promise<Answered<PasskeyAssertion>> =>
  ask(options, ({ takePasskey }) => takePasskey)

// What is said of passkeys, wherever they are made or used.
import type { Verdict } from '../limits/limiter.ts'
import type { AddRefusal } from '../passkeys/add-passkey.ts'
import { describeDevice } from '../sessions/present-session.ts'
import type { Call } from './call.ts'
import { type Refusal, refuse } from './outcome.ts'

/** What a new passkey is called where nobody says: `Firefox · Linux`. */
export const nameOf = ({ context }: Pick<Call, 'context'>): string => {
  const { browser, system } = describeDevice(context.userAgent)
  return [browser, system].filter(Boolean).join(' · ').slice(0, 64) || 'Passkey'
}

const details = {
  invalid_credentials: { key: 'passkeyNotAccepted' },
  rate_limited: { key: 'rateLimitedSignIn' },
} as const

export const notSignedIn = (error: keyof typeof details, verdict: Verdict | null = null): Refusal =>
  refuse(error, { verdict, detail: details[error] })

export const notAdded = (error: AddRefusal): Refusal => {
  if (error === 'unauthenticated') return refuse(error)
  const code = `passkey_${error}` as const
  return refuse('validation_failed', { fields: [{ path: 'response', code, key: `fields.${code}` }] })
}

// The browser's side of WebAuthn. Loaded when it is needed: most people who come to sign in do not (UI-3).
import { startAuthentication, startRegistration, WebAuthnAbortService } from '@simplewebauthn/browser'
import type {
  PasskeyAssertion,
  PasskeyCreationOptions,
  PasskeyRegistration,
  PasskeyRequestOptions,
} from '@vigile/contract'
import { send } from '../forms/send.ts'

/**
 * Why the browser gave nothing. `cancelled`: by the reader, or by waiting too long; browsers do not say which. `known`: this
 * device has a passkey of the account already. `unable`: it has no screen lock, or makes no passkeys. `dropped`: another request
 * took its place.
 */
export type WhyNot = 'cancelled' | 'known' | 'unable' | 'dropped' | 'failed'

export type Made<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: WhyNot }

const reasons: Readonly<Record<string, WhyNot>> = {
  AbortError: 'dropped',
  NotAllowedError: 'cancelled',
  InvalidStateError: 'known',
  ConstraintError: 'unable',
  NotSupportedError: 'unable',
}

const attempt = async <T>(ceremony: () => Promise<unknown>): Promise<Made<T>> => {
  try {
    return { ok: true, value: (await ceremony()) as T }
  } catch (error) {
    return { ok: false, why: reasons[(error as Error).name] ?? 'failed' }
  }
}

type Make = Parameters<typeof startRegistration>[0]['optionsJSON']

export const makePasskey = (options: PasskeyCreationOptions): Promise<Made<PasskeyRegistration>> =>
  attempt(() => startRegistration({ optionsJSON: options as Make }))

type Use = Parameters<typeof startAuthentication>[0]['optionsJSON']

export const takePasskey = (options: PasskeyRequestOptions): Promise<Made<PasskeyAssertion>> =>
  attempt(() => startAuthentication({ optionsJSON: options as Use }))

/** A challenge is good for five minutes: it is renewed before that, for as long as the page is looked at. */
const renewMs = 3.5 * 60_000

/**
 * Lets the browser offer passkeys where it fills in the name (conditional mediation), for as long as the page is open. Says
 * nothing of what goes wrong: nobody asked for it.
 * @param use what to do with an answer; false: it did not sign in, ask again
 * @returns the way to stop
 */
export function offerPasskeys(use: (response: PasskeyAssertion) => Promise<boolean>): { renew(): void; stop(): void } {
  let stopped = false
  const ask = async () => {
    if (stopped || document.hidden) return
    const options = await send<PasskeyRequestOptions>('POST', '/passkey/options')
    if (stopped || !options.ok) return
    const optionsJSON = options.value as Use
    const made = await attempt<PasskeyAssertion>(() => startAuthentication({ optionsJSON, useBrowserAutofill: true }))
    if (made.ok && !(await use(made.value))) await ask()
  }
  const renew = () => void ask()
  const timer = setInterval(renew, renewMs)
  document.addEventListener('visibilitychange', renew)
  renew()
  return {
    renew,
    stop: () => {
      stopped = true
      clearInterval(timer)
      document.removeEventListener('visibilitychange', renew)
      WebAuthnAbortService.cancelCeremony()
    },
  }
}

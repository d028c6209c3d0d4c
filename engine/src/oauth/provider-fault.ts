// What a provider did wrong, as the person is told it. What is no fault of a provider's goes on as it is.
import {
  AuthorizationResponseError,
  OperationProcessingError,
  ResponseBodyError,
  UnsupportedOperationError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi'
import { ProviderCallError } from '../provider-calls/provider-fetch.ts'

/** `says`: for the record, in the words of a library or of the protocol; never what the provider wrote freely. */
export type ProviderFault = {
  readonly ok: false
  readonly error: 'provider_unavailable' | 'provider_refused'
  readonly says: string
  /** For the log. */
  readonly cause?: unknown
  /** The provider does not know this application, or its secret: nobody signs in until an operator has mended it. */
  readonly isRegistration?: boolean
  readonly retryAfterSeconds: number | null
}

/** What the provider said of the person makes no sense, or is not what was asked for. */
export class BadProfileError extends Error {
  readonly code = 'profile'
}

/** All is in order, and this account there may not sign in here: another one may. `says`: a word for the record. */
export class AccountNotAllowedError extends Error {}

const refusedBy = [
  BadProfileError,
  AuthorizationResponseError,
  OperationProcessingError,
  ResponseBodyError,
  UnsupportedOperationError,
  WWWAuthenticateChallengeError,
]

const isWord = (said: unknown): said is string => typeof said === 'string' && /^[a-z_]{1,64}$/.test(said)

/** What an operator has to compare: the issuer that was set, and the one that answered; or how it answered. */
const comparedBy = ({ cause }: Error): Error | undefined => {
  if (cause instanceof Response) return new Error(`${cause.status} ${cause.headers.get('content-type') ?? ''}`.trim())
  const { expected, body, attribute } = (cause ?? {}) as {
    readonly expected?: unknown
    readonly body?: { readonly issuer?: unknown }
    readonly attribute?: unknown
  }
  if (attribute !== 'issuer') return undefined
  return new Error(`the issuer should be ${expected}, and says that it is ${String(body?.issuer).slice(0, 500)}`)
}

/** For the log, where `isRegistration`. */
export const badCredentials = 'a provider does not accept the client id and secret of this application'
/** RFC 6749 section 5.2; the last is GitHub's, and comes with 200. */
const registrationWords = ['invalid_client', 'unauthorized_client', 'incorrect_client_credentials']

/** Only what the token endpoint says: anybody can write into an address that comes back. */
const isAboutUs = (error: Error): boolean => {
  if (error instanceof WWWAuthenticateChallengeError) return error.status === 401
  if (error instanceof ResponseBodyError) return registrationWords.includes(error.error)
  const body = error instanceof OperationProcessingError && (error.cause as { body?: { error?: unknown } } | null)?.body
  return body ? registrationWords.includes(body.error as string) : false
}

/** Rejects again with what is a fault of ours. */
export const providerFault = (error: unknown): ProviderFault => {
  if (error instanceof ProviderCallError) {
    const { code, retryAfterSeconds, message } = error
    return { ok: false, error: code, says: message, retryAfterSeconds }
  }
  if (refusedBy.some((kind) => error instanceof kind)) {
    const { code, name, error: said } = error as Error & { code?: string; error?: unknown }
    // `invalid_grant`, `invalid_client`: the protocol's own words, which tell an operator most.
    const says = [code ?? name, ...(isWord(said) ? [said] : [])].join(' ')
    const cause = error instanceof BadProfileError ? error.cause : comparedBy(error as Error)
    const isRegistration = isAboutUs(error as Error)
    return { ok: false, error: 'provider_refused', says, cause, isRegistration, retryAfterSeconds: null }
  }
  throw error
}

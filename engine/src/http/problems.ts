// Refusals as RFC 9457 problem details, in the reader's language. Never a stack trace, never a cause.
import { type ErrorCode, errorStatus, type Locale, type Problem } from '@vigile/contract'
import { message, waitMessage } from '../messages/messages.ts'
import type { Refusal } from './outcome.ts'

/** Seconds after which a client may ask again when a part is down. A provider is left alone for so long by default. */
const retrySeconds: Partial<Record<ErrorCode, number>> = { unavailable: 2, provider_unavailable: 30 }

const detailOf = (
  refusal: Refusal,
  locale: Locale,
  requestId: string,
  retryAfterSeconds: number | undefined,
): string => {
  const wait = retryAfterSeconds === undefined ? '' : waitMessage(locale, retryAfterSeconds)
  if (refusal.detail) return message(locale, refusal.detail.key, { wait, ...refusal.detail.values })
  return message(locale, `problems.${refusal.code}.detail`, { wait, requestId })
}

const retryAfter = (refusal: Refusal): number | undefined =>
  refusal.retryAfterSeconds ??
  (refusal.code === 'rate_limited' ? refusal.verdict?.resetSeconds : undefined) ??
  retrySeconds[refusal.code]

export type ProblemAnswer = {
  readonly status: number
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>
}

export const problemOf = (refusal: Refusal, locale: Locale, requestId: string): ProblemAnswer => {
  const { code, fields, reason, fingerprint, permission } = refusal
  const status = errorStatus[code]
  const retryAfterSeconds = retryAfter(refusal)
  const problem: Problem = {
    type: `urn:vigile:problem:${code}`,
    title: message(locale, `problems.${code}.title`),
    status,
    detail: detailOf(refusal, locale, requestId, retryAfterSeconds),
    code,
    requestId,
    ...(fields === undefined
      ? {}
      : {
          errors: fields.map(({ path, code: fault, key, values }) => ({
            path,
            code: fault,
            message: message(locale, key, values),
          })),
        }),
    ...(reason === undefined ? {} : { reason }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(permission === undefined ? {} : { permission }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  }
  return {
    status,
    problem,
    headers: {
      // RFC 9110 section 11.6.1: a 401 names a scheme. `Bearer` opens no dialogue in browsers.
      ...(status === 401 ? { 'WWW-Authenticate': 'Bearer realm="vigile"' } : {}),
      ...refusal.headers,
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    },
  }
}

// One request to a provider: bounded in time and size, never redirected.
import { TimeoutStrategy, timeout } from 'cockatiel'
import { type LimitWords, readLimitWords } from './rate-limits.ts'
import { readBody } from './read-body.ts'

export type ProviderRequest = {
  /** https, or http to a loopback host. */
  readonly url: string
  readonly method?: 'GET' | 'POST' | 'DELETE' | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | undefined
}

export type Answered = {
  readonly kind: 'answered'
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer>
} & LimitWords

export type Outcome =
  | Answered
  /** The network failed, or the time was up. `fault`: a code of the fault, never its text, which may hold a token. */
  | { readonly kind: 'unanswered'; readonly fault: string }
  | { readonly kind: 'too_large' }

const maxAnswerBytes = 1024 * 1024

/** Never rejects. `closing` ends it at once. */
export const attempt = async (
  { url, ...init }: ProviderRequest,
  { fetch, now, timeoutMs, closing }: AttemptDeps,
): Promise<Outcome> => {
  try {
    return await timeout(timeoutMs, TimeoutStrategy.Aggressive).execute(async ({ signal }): Promise<Outcome> => {
      // A redirect could lead to an address of the inner network, with the person's token.
      const response = await fetch(url, { ...(init as RequestInit), redirect: 'manual', signal })
      const body = await readBody(response, maxAnswerBytes)
      if (body === null) return { kind: 'too_large' }
      const { status, headers } = response
      return { kind: 'answered', status, headers, body, ...readLimitWords({ status, headers, body }, now()) }
    }, closing)
  } catch (error) {
    return { kind: 'unanswered', fault: codeOf(error) }
  }
}

export type AttemptDeps = {
  readonly fetch: typeof globalThis.fetch
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly timeoutMs: number
  readonly closing: AbortSignal
}

const codeOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return error instanceof Error && 'isTaskCancelledError' in error ? 'timeout' : 'network'
}

// What a handler or guard says; the pipeline makes the Response of it.
import type { ErrorCode, SessionEndReason } from '@vigile/contract'
import type { Verdict } from '../limits/limiter.ts'
import type { MessageKey } from '../messages/messages.ts'

export type FieldFault = {
  readonly path: string
  readonly code: string
  readonly key: MessageKey
  readonly values?: Readonly<Record<string, unknown>>
}

export type Answer = {
  readonly kind: 'answer'
  readonly status: number
  /** Sent as JSON; undefined: no body. */
  readonly json?: unknown
  readonly html?: string
  /** Sent as it is read; `headers` say what it is. */
  readonly stream?: ReadableStream<Uint8Array>
  readonly cookies?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly verdict?: Verdict | null
}

export type Refusal = {
  readonly kind: 'refusal'
  readonly code: ErrorCode
  readonly fields?: readonly FieldFault[]
  readonly reason?: SessionEndReason
  readonly fingerprint?: string
  /** The one that lacks. */
  readonly permission?: string
  readonly retryAfterSeconds?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly verdict?: Verdict | null
  /** Another sentence than the code's own. */
  readonly detail?: { readonly key: MessageKey; readonly values?: Readonly<Record<string, unknown>> }
}

export type Outcome = Answer | Refusal

export const answer = (status: number, rest: Omit<Answer, 'kind' | 'status'> = {}): Answer => ({
  kind: 'answer',
  status,
  ...rest,
})

export const refuse = (code: ErrorCode, rest: Omit<Refusal, 'kind' | 'code'> = {}): Refusal => ({
  kind: 'refusal',
  code,
  ...rest,
})

// The catalogue's own refusals, in the form of Vigile's (RFC 9457).
import type { InputFault } from './product-input.ts'

export type Refusal = 'validation_failed' | 'not_found' | 'conflict'

const refusals: Readonly<
  Record<Refusal, { readonly status: number; readonly title: string; readonly detail: string }>
> = {
  validation_failed: { status: 400, title: 'Not valid', detail: 'Some fields need another look.' },
  not_found: { status: 404, title: 'Not found', detail: 'There is no such product.' },
  conflict: { status: 409, title: 'Changed meanwhile', detail: 'Somebody else has changed it. Look at it again.' },
}

/** What a form shows, Vigile's refusals included. */
export type Problem = {
  readonly code: string
  readonly detail: string
  readonly errors?: readonly InputFault[]
}

export const problem = (code: Refusal, errors?: readonly InputFault[]): Response =>
  Response.json(
    { type: 'about:blank', code, ...refusals[code], ...(errors && { errors }) },
    {
      status: refusals[code].status,
      headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
    },
  )

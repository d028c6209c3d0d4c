// What goes over the wire, as far as a session is concerned.
import type { Jar, SetCookies } from './jar.ts'

export type Sender = 'owner' | 'prefetch' | 'thief'

export type WireRequest = {
  readonly from: Sender
  /** Below the auth path; all else that a page asks for is `/things`. */
  readonly path: string
  /** The cookies as they were when it was sent. */
  readonly jar: Jar
  readonly csrf: string
  readonly body: { readonly retry?: string; readonly settled?: string; readonly only?: string }
}

/** A body that is a string is some other machine's page. */
export type Answer = { readonly status: number; readonly body?: unknown; readonly set?: SetCookies }

/** Null: no answer will come. */
export type Reply = (answer: Answer | null) => void

/** What is known at once, or `later` where something has to be written first. */
export type Prompt = Answer | 'later'

export const problem = (status: number, code: string, more: object = {}): Answer => ({
  status,
  body: { code, ...more },
})
export const unavailable = problem(503, 'unavailable')

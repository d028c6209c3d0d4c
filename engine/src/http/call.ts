// One request, as far as it has been understood before any handler sees it.
import type { Locale } from '@vigile/contract'
import type { Context } from '../audit/entry.ts'
import type { Jar } from './cookies.ts'

export type Call = {
  readonly request: Request
  readonly path: string
  readonly locale: Locale
  readonly requestId: string
  /** What limits count the client by; null: never limited, or the transport does not tell. */
  readonly clientKey: string | null
  readonly context: Context
  readonly jar: Jar
}

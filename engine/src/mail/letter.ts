// What is written to people, and to whom.
import type { Locale } from '@vigile/contract'
import type { OneTimeToken } from '../one-time-tokens/one-time-token.ts'

/** Where somebody was when they did what the letter tells of. Epoch milliseconds. */
export type Circumstances = {
  readonly at: number
  readonly ip: string | null
  readonly browser: string | null
  readonly system: string | null
}

export type LetterContent =
  /** With a link that proves the mailbox. */
  | { readonly kind: 'verify_email'; readonly token: OneTimeToken }
  /** To somebody whose address was used to sign up again: the page said nothing of it (S-13). */
  | { readonly kind: 'account_exists' }
  | { readonly kind: 'reset_password'; readonly token: OneTimeToken }
  | { readonly kind: 'password_changed'; readonly circumstances: Circumstances }

export type Letter = { readonly to: string; readonly locale: Locale; readonly content: LetterContent }

/** A letter as it goes out. */
export type Message = {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

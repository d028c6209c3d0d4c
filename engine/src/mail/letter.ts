// What is written to people, and to whom.
import type { AlertRule, Locale } from '@vigile/contract'
import type { OneTimeToken } from '../one-time-tokens/one-time-token.ts'

/** Where somebody was when they did what the letter tells of. Epoch milliseconds. */
export type Circumstances = {
  readonly at: number
  readonly ip: string | null
  readonly browser: string | null
  readonly system: string | null
}

/** What a person signs in with besides a password. `all`: the second factors. `identities`: the connected accounts. */
export type FactorName = 'totp' | 'passkey' | 'recovery_codes' | 'all' | 'identities'

/** What has happened to an account, and may not have been its owner's doing (S-16, ACC-8). */
export type Notice =
  | { readonly kind: 'password_changed' | 'password_removed' }
  /** `email`: the new address. */
  | { readonly kind: 'email_change_asked' | 'email_changed'; readonly email: string }
  | { readonly kind: 'factor_added' | 'factor_removed'; readonly factor: FactorName }
  /** `provider`: its name. `label`: what people know the account there by. */
  | { readonly kind: 'identity_linked' | 'identity_unlinked'; readonly provider: string; readonly label: string | null }
  /** `left`: codes that are not used yet. */
  | { readonly kind: 'recovery_code_used'; readonly left: number }
  /** `codes_closed`: those of an app, to new devices, after too many wrong ones. */
  | { readonly kind: 'new_device' | 'reuse' | 'account_kept' | 'codes_closed' }

/** To operators. */
export type AlertLetter =
  | {
      readonly kind: 'alert'
      readonly rule: AlertRule
      readonly subject: string | null
      readonly count: number
      readonly at: number
      readonly ip: string | null
    }
  /** What was too much to be told of one by one. */
  | {
      readonly kind: 'alerts'
      readonly counts: readonly { readonly rule: AlertRule; readonly count: number }[]
      readonly since: number
    }

export type LetterContent =
  | AlertLetter
  /** With a link that proves the mailbox. */
  | { readonly kind: 'verify_email'; readonly token: OneTimeToken }
  /** To somebody whose address was used to sign up again: the page said nothing of it (S-13). */
  | { readonly kind: 'account_exists' }
  | { readonly kind: 'reset_password'; readonly token: OneTimeToken }
  | { readonly kind: 'magic_link'; readonly token: OneTimeToken }
  /** To the new address. */
  | { readonly kind: 'change_email'; readonly token: OneTimeToken }
  /** To somebody whose address another account wanted to change to: the page said nothing of it (S-13). */
  | { readonly kind: 'address_in_use' }
  /** Its link takes the closure back. `deleteAt`: epoch milliseconds. */
  | { readonly kind: 'account_closed'; readonly token: OneTimeToken; readonly deleteAt: number }
  /** Its token is for "this was not me". */
  | (Notice & { readonly token: OneTimeToken; readonly circumstances: Circumstances })

export type Letter = { readonly to: string; readonly locale: Locale; readonly content: LetterContent }

/** A letter as it goes out. */
export type Message = {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

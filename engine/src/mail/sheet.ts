import type { Locale } from '@vigile/contract'

/** What a letter says, whatever it is drawn with. */
export type Sheet = {
  readonly locale: Locale
  readonly subject: string
  readonly title: string
  readonly paragraphs: readonly string[]
  readonly action: { readonly label: string; readonly link: string }
  /** Facts, one a line. */
  readonly facts: readonly (readonly [string, string])[]
  readonly note: string
  readonly footer: string
}

import type { Locale } from '@vigile/contract'

/** What a letter says, whatever it is drawn with. */
export type Sheet = {
  readonly locale: Locale
  readonly subject: string
  readonly title: string
  readonly paragraphs: readonly string[]
  /** `isAlarm`: for those alone who did not do what the letter tells of. */
  readonly action: { readonly label: string; readonly link: string; readonly isAlarm: boolean }
  /** Facts, one a line. */
  readonly facts: readonly (readonly [string, string])[]
  readonly note: string
  readonly footer: string
}

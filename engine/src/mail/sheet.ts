import type { Locale } from '@vigile/contract'

/** What a letter says, whatever it is drawn with. */
export type Sheet = {
  readonly locale: Locale
  readonly subject: string
  readonly title: string
  readonly paragraphs: readonly string[]
  /** `isAlarm`: for those alone who did not do what the letter tells of. Null: there is nothing to open. */
  readonly action: { readonly label: string; readonly link: string; readonly isAlarm: boolean } | null
  /** Facts, one a line. */
  readonly facts: readonly (readonly [string, string])[]
  readonly note: string
  readonly footer: string
}

/** A time as people read it; a letter does not know where they are. */
export const momentOf = (locale: Locale, at: number): string =>
  `${new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(at)} UTC`

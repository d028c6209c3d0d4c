// The catalogues through i18next. Keys are checked by the compiler; another language is one file more.
import type { Locale } from '@vigile/contract'
import i18next from 'i18next'
import { en, type Messages } from './en.ts'
import { fr } from './fr.ts'

const catalogue = i18next.createInstance()
await catalogue.init({
  fallbackLng: 'en',
  resources: { en: { translation: en }, fr: { translation: fr } },
  // Answers are JSON or escaped where they are put into a page.
  interpolation: { escapeValue: false },
})

type Leaves<Node, Prefix extends string = ''> = {
  [Key in keyof Node & string]: Node[Key] extends string ? `${Prefix}${Key}` : Leaves<Node[Key], `${Prefix}${Key}.`>
}[keyof Node & string]
type Singular<Key> = Key extends `${infer Stem}_one` | `${infer Stem}_other` ? Stem : Key

export type MessageKey = Singular<Leaves<Messages>>

const translators = { en: catalogue.getFixedT('en'), fr: catalogue.getFixedT('fr') }

/** The message in a language: `message('fr', 'wait.minutes', { count: 15 })` → `15 minutes`. */
export const message = (locale: Locale, key: MessageKey, values: Readonly<Record<string, unknown>> = {}): string =>
  translators[locale](key, values)

/** A wait as people say it, never shorter than it is: 61 s are 2 minutes. */
export const waitMessage = (locale: Locale, seconds: number): string => {
  if (seconds < 60) return message(locale, 'wait.seconds', { count: seconds })
  if (seconds <= 5400) return message(locale, 'wait.minutes', { count: Math.ceil(seconds / 60) })
  return message(locale, 'wait.hours', { count: Math.ceil(seconds / 3600) })
}

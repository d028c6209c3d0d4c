// Every language there is, each loaded where it is read (UI-3). To add one: its file, its lines here, and the contract's locales.
import type { Locale } from '@vigile/contract'
import type { Messages } from './en.ts'

export const loadCatalogue: Readonly<Record<Locale, () => Promise<Messages>>> = {
  en: async () => (await import('./en.ts')).en,
  fr: async () => (await import('./fr.ts')).fr,
}

/** Each language by its own name, as its speakers look for it. */
export const languageNames: Readonly<Record<Locale, string>> = { en: 'English', fr: 'Français' }

export const languages = Object.keys(languageNames) as Locale[]

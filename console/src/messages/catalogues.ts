// Every language there is. To add one: its file, and its line here and in the contract's locales.
import type { Locale } from '@vigile/contract'
import type { Messages } from './en.ts'
import { en } from './en.ts'
import { fr } from './fr.ts'

export const catalogues: Readonly<Record<Locale, Messages>> = { en, fr }

/** Each language by its own name, as its speakers look for it. */
export const languageNames: Readonly<Record<Locale, string>> = { en: 'English', fr: 'Français' }

export const languages = Object.keys(languageNames) as Locale[]

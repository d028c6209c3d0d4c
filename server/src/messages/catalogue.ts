// The messages of the program. Another language is one file and one line here; a missing message does not compile.
import type { Locale } from '@vigile/contract'
import { type Catalogue, en } from './en.ts'
import { fr } from './fr.ts'

export type { Catalogue } from './en.ts'

export const catalogues: Readonly<Record<Locale, Catalogue>> = { en, fr }

/** The language of a terminal, by the order of POSIX: LC_ALL, LC_MESSAGES, LANG. */
export const terminalCatalogue = (environment: Readonly<Record<string, string | undefined>>): Catalogue => {
  const language = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || ''
  return language.toLowerCase().startsWith('fr') ? fr : en
}

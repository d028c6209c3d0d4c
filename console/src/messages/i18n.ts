// The one i18next of the page, started with the language that the server chose.
import type { Locale } from '@vigile/contract'
import { createInstance, type i18n, type TFunction } from 'i18next'
import { useSyncExternalStore } from 'react'
import { settings } from '../settings.ts'
import { loadCatalogue } from './catalogues.ts'
import type { Messages } from './en.ts'
import { rememberLocale } from './locale-cookie.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation'
    resources: { translation: Messages }
  }
}

export type Say = TFunction

const messages: i18n = createInstance()

const start = async (locale: Locale): Promise<void> => {
  const translation = await loadCatalogue[locale]()
  await messages.init({
    lng: locale,
    resources: { [locale]: { translation } },
    // React escapes what it shows.
    interpolation: { escapeValue: false },
  })
}

/** Nothing can be said before it. */
export const messagesReady: Promise<void> = start(settings.locale)

/** Calls back after each change of language. Returns the way to unsubscribe. */
function onLocaleChange(listener: () => void): () => void {
  messages.on('languageChanged', listener)
  return () => messages.off('languageChanged', listener)
}

/** The page's present language. */
export const currentLocale = (): Locale => messages.language as Locale

/** The language, and `say` which words a message in it; the component follows a change of language. */
export function useMessages(): { say: Say; locale: Locale } {
  const locale = useSyncExternalStore(onLocaleChange, currentLocale)
  return { say: messages.t, locale }
}

/** Changes the page's language and remembers it for the next visit. */
export async function chooseLocale(locale: Locale): Promise<void> {
  if (!messages.hasResourceBundle(locale, 'translation'))
    messages.addResourceBundle(locale, 'translation', await loadCatalogue[locale]())
  rememberLocale(locale)
  await messages.changeLanguage(locale)
  document.documentElement.lang = locale
}

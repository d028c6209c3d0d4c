// The language of an answer: what the user chose (a cookie that the pages set), else what the browser asks for.
import { type Locale, locales } from '@vigile/contract'
import { preferredLocale } from '@vigile/engine'

const isLocale = (text: string): text is Locale => locales.some((locale) => locale === text)

/** `app` is the base name of the cookies: the choice is in `{app}_locale`. */
export const requestLocale = (headers: Headers, app: string): Locale => {
  const chosen = cookieValue(headers.get('cookie') ?? '', `${app}_locale`)
  if (chosen !== null && isLocale(chosen)) return chosen
  return preferredLocale(headers.get('accept-language'))
}

const cookieValue = (header: string, name: string): string | null => {
  for (const part of header.split(';')) {
    const [key, value] = part.split('=', 2)
    if (key?.trim() === name) return value?.trim() ?? null
  }
  return null
}

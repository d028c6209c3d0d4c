// The language of an answer: what the user chose (a cookie that the pages set), else what the browser asks for.
import { type Locale, locales } from '@vigile/contract'
import { parseAccept } from 'hono/utils/accept'

const isLocale = (text: string): text is Locale => locales.some((locale) => locale === text)

/** `app` is the base name of the cookies: the choice is in `{app}_locale`. */
export const requestLocale = (headers: Headers, app: string): Locale => {
  const chosen = cookieValue(headers.get('cookie') ?? '', `${app}_locale`)
  if (chosen !== null && isLocale(chosen)) return chosen
  return acceptedLocale(headers.get('accept-language') ?? '')
}

const acceptedLocale = (header: string): Locale => {
  // Bounded: a long list of languages is nobody's wish.
  for (const { type, q } of parseAccept(header.slice(0, 500)).toSorted((a, b) => b.q - a.q)) {
    const language = type.split('-', 1)[0]?.toLowerCase() ?? ''
    if (q > 0 && isLocale(language)) return language
  }
  return 'en'
}

const cookieValue = (header: string, name: string): string | null => {
  for (const part of header.split(';')) {
    const [key, value] = part.split('=', 2)
    if (key?.trim() === name) return value?.trim() ?? null
  }
  return null
}

import { type Locale, locales } from '@vigile/contract'

const isLocale = (text: string): text is Locale => (locales as readonly string[]).includes(text)

/** The language that a reader prefers among ours (RFC 9110 section 12.5.4); English where none is. */
export const preferredLocale = (acceptLanguage: string | null): Locale => {
  if (!acceptLanguage) return 'en'
  let best: Locale = 'en'
  let bestQuality = 0
  for (const range of acceptLanguage.slice(0, 256).split(',')) {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';')
    const language = tag.split('-')[0] ?? ''
    const quality = Number(
      parameters
        .find((one) => one.trim().startsWith('q='))
        ?.trim()
        .slice(2) ?? 1,
    )
    if (isLocale(language) && quality > bestQuality) {
      best = language
      bestQuality = quality
    }
  }
  return best
}

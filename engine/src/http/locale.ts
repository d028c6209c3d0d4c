import { type Locale, locales } from '@vigile/contract'

/** What is longer is no reader's list. */
const maxLength = 256
/** RFC 9110 section 12.4.2: 0 to 1, three decimals at most. */
const weight = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

/** The language of whoever sent a request. */
export const localeOf = ({ context }: { readonly context: { readonly locale: Locale } }): Locale => context.locale

/** The language that a reader prefers among those of the site (RFC 9110 section 12.5.4); the first where none is. */
export const preferredLocale = (acceptLanguage: string | null, offered: readonly Locale[] = locales): Locale => {
  const [first = 'en'] = offered
  if (!acceptLanguage) return first
  let best = first
  let bestQuality = 0
  for (const range of acceptLanguage.slice(0, maxLength).split(',')) {
    const [tag = '', ...parameters] = range
      .toLowerCase()
      .split(';')
      .map((part) => part.trim())
    const language = tag.split('-')[0] ?? ''
    const q = parameters.find((one) => one.startsWith('q='))?.slice(2) ?? '1'
    const quality = weight.test(q) ? Number(q) : 0
    const wanted = offered.find((one) => one === language)
    if (wanted && quality > bestQuality) {
      best = wanted
      bestQuality = quality
    }
  }
  return best
}

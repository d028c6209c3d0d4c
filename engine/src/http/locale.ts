import { type Locale, locales } from '@vigile/contract'

const isLocale = (text: string): text is Locale => (locales as readonly string[]).includes(text)

/** What is longer is no reader's list. */
const maxLength = 256
/** RFC 9110 section 12.4.2: 0 to 1, three decimals at most. */
const weight = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

/** The language of whoever sent a request. */
export const localeOf = ({ request }: { readonly request: Request }): Locale =>
  preferredLocale(request.headers.get('accept-language'))

/** The language that a reader prefers among ours (RFC 9110 section 12.5.4); English where none is. */
export const preferredLocale = (acceptLanguage: string | null): Locale => {
  if (!acceptLanguage) return 'en'
  let best: Locale = 'en'
  let bestQuality = 0
  for (const range of acceptLanguage.slice(0, maxLength).split(',')) {
    const [tag = '', ...parameters] = range
      .toLowerCase()
      .split(';')
      .map((part) => part.trim())
    const language = tag.split('-')[0] ?? ''
    const q = parameters.find((one) => one.startsWith('q='))?.slice(2) ?? '1'
    const quality = weight.test(q) ? Number(q) : 0
    if (isLocale(language) && quality > bestQuality) {
      best = language
      bestQuality = quality
    }
  }
  return best
}

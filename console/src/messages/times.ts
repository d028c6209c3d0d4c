// Times as the user writes them.
import type { Locale } from '@vigile/contract'

/** The user's own variety of the page's language (`en-GB`, `fr-CA`), for the shape of dates; else the language itself. */
export function regionalLocale(locale: Locale, preferred: readonly string[]): string {
  return preferred.find((tag) => tag === locale || tag.startsWith(`${locale}-`)) ?? locale
}

const here = (locale: Locale) => regionalLocale(locale, navigator.languages)

export const timeOfDay = (at: number, locale: Locale): string =>
  new Intl.DateTimeFormat(here(locale), { timeStyle: 'short' }).format(at)

export const day = (at: number, locale: Locale): string =>
  new Intl.DateTimeFormat(here(locale), { dateStyle: 'long' }).format(at)

export const dayAndTime = (at: number, locale: Locale): string =>
  new Intl.DateTimeFormat(here(locale), { dateStyle: 'medium', timeStyle: 'short' }).format(at)

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 24 * 3600],
  ['month', 30 * 24 * 3600],
  ['week', 7 * 24 * 3600],
  ['day', 24 * 3600],
  ['hour', 3600],
  ['minute', 60],
]

/**
 * How long ago, in words; null when it is less than a minute, or in the future (a clock that goes wrong).
 * @param at and @param now epoch milliseconds
 * @example ago(0, 7_200_000, 'en') // '2 hours ago'
 */
export function ago(at: number, now: number, locale: Locale): string | null {
  const seconds = (now - at) / 1000
  for (const [unit, size] of steps) {
    if (seconds >= size)
      return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(-Math.floor(seconds / size), unit)
  }
  return null
}

// Figures and times as people read them.
import type { Locale } from '@vigile/contract'
import type { Catalogue } from '../messages/catalogue.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Rounded down: what was not there all the time is not `100 %`. */
export const percent = (share: number, locale: Locale): string =>
  new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 }).format(
    Math.floor(share * 10_000) / 10_000,
  )

/** `3 h 5 min`; under a minute is one. */
export const duration = (ms: number, { minutes, hours, days }: Catalogue['status']['units']): string => {
  const whole = (unit: number, of = Number.POSITIVE_INFINITY) => Math.floor((ms % of) / unit)
  const parts =
    ms >= dayMs
      ? [`${whole(dayMs)} ${days}`, `${whole(hourMs, dayMs)} ${hours}`]
      : ms >= hourMs
        ? [`${whole(hourMs)} ${hours}`, `${whole(minuteMs, hourMs)} ${minutes}`]
        : [`${Math.max(1, whole(minuteMs))} ${minutes}`]
  return parts.filter((part) => !part.startsWith('0 ')).join(' ')
}

/** In UTC: a page that is the same for everybody can't know where they are. */
const moments = (locale: Locale) =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

export const moment = (at: number, locale: Locale): string => moments(locale).format(at)

/** Names what is the same at both ends once. */
export const range = (from: number, to: number, locale: Locale): string => moments(locale).formatRange(from, to)

export const dayName = (day: string, locale: Locale): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(Date.parse(day))

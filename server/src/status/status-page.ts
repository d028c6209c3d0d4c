// The status page: plain HTML, no script, no file beside it. It has no nonce, so that caches may keep it (S-50).
import { createHash } from 'node:crypto'
import type { Locale } from '@vigile/contract'
import type { StatusPart, StatusReport } from '@vigile/engine'
import { type Catalogue, catalogues } from '../messages/catalogue.ts'
import { escapeHtml } from '../pages/page.ts'
import { barsOf } from './bars.ts'
import { headlineOf } from './headline.ts'
import { style } from './style.ts'
import { duration, moment, percent, range } from './words.ts'

type Words = Catalogue['status']

const maxIncidents = 30

/** This page's style and icon, and nothing else. */
export const statusPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const mark =
  '<svg viewBox="0 2 25 25" aria-hidden="true"><path d="M1 5.4h5L12.2 19 18.4 5.4h5L13.6 26h-2.8Z" fill="currentColor"/><circle cx="12.2" cy="6.6" r="3.1"/></svg>'

const nameOf = ({ id, name }: StatusPart, { parts }: Words): string => {
  if (name !== null) return parts.provider(name)
  return id === 'email' ? parts.email : parts.signIn
}

const partItem = (part: StatusPart, { at }: StatusReport, locale: Locale, words: Words): string => {
  const name = nameOf(part, words)
  const state = part.state ?? 'unknown'
  const { availability } = part
  const share = availability === null ? words.neverMeasured : words.available(percent(availability, locale))
  return `<li>
<div class="top"><h3>${escapeHtml(name)}</h3><p class="state" data-state="${state}">${escapeHtml(words.states[state])}</p></div>
<div class="bars">${barsOf(part, { name, at, locale, words })}</div>
<p class="scale"><span>${words.daysAgo}</span><span>${escapeHtml(share)}</span><span>${words.today}</span></p>
</li>`
}

const incidentItems = (report: StatusReport, locale: Locale, words: Words): string => {
  const all = report.parts
    .flatMap((part) => part.incidents.map((incident) => ({ ...incident, name: nameOf(part, words) })))
    .sort((one, other) => other.from - one.from)
    .slice(0, maxIncidents)
  if (all.length === 0) return `<p class="none">${words.noIncidents}</p>`
  const items = all.map(({ name, state, from, to }) => {
    const long = duration((to ?? report.at) - from, words.units)
    const when = to === null ? words.since(moment(from, locale), long) : words.during(range(from, to, locale), long)
    return `<li data-state="${state}"><b>${escapeHtml(words.incident(name, words.states[state]))}</b><span>${escapeHtml(when)}</span></li>`
  })
  return `<ul class="incidents">\n${items.join('\n')}\n</ul>`
}

const legend = ({ states, unmeasured }: Words): string =>
  (['up', 'degraded', 'down'] as const)
    .map((state) => `<li data-state="${state}">${escapeHtml(states[state])}</li>`)
    .concat(`<li>${escapeHtml(unmeasured)}</li>`)
    .join('')

/** `site`: its name. Nothing of the request is in it but the language. */
export const statusHtml = (report: StatusReport, site: string, locale: Locale): string => {
  const words = catalogues[locale].status
  const { state, title, lead } = headlineOf(report, words)
  const { other } = words
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(`${title} · ${site}`)}</title>
<style>${style}</style>
</head>
<body>
<header data-state="${state}"><div class="inner">
<nav><a class="brand" href="/">${mark}${escapeHtml(site)}</a><a href="/status?lang=${other.locale}" hreflang="${other.locale}" lang="${other.locale}">${other.label}</a></nav>
<p class="kind">${escapeHtml(words.title)}</p>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(lead)}</p>
</div></header>
<main class="inner">
${report.hasHistory ? '' : `<p class="note">${escapeHtml(words.incomplete)}</p>`}
<h2>${words.heading}</h2>
<ul class="parts">
${report.parts.map((part) => partItem(part, report, locale, words)).join('\n')}
</ul>
<ul class="legend">${legend(words)}</ul>
<h2>${words.incidents}</h2>
${incidentItems(report, locale, words)}
</main>
<footer><div class="inner">
<p>${escapeHtml(words.asOf(moment(report.at, locale)))} ${escapeHtml(words.about)}</p>
<p><a href="/status.json">${escapeHtml(words.data)}</a></p>
</div></footer>
</body>
</html>
`
}

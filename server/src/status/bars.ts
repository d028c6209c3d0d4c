// Ninety days as bars: one path for each state, so that a part costs a few kilobytes and no style of its own (S-50).
import type { Locale } from '@vigile/contract'
import type { StatusDay, StatusPart } from '@vigile/engine'
import type { Catalogue } from '../messages/catalogue.ts'
import { escapeHtml } from '../pages/page.ts'
import { dayName, duration } from './words.ts'

const step = 8
const width = 6
const height = 40
const dayMs = 86_400_000
/** Less than this of a day, measured, would hardly be seen. */
const leastHeight = 4

type DayState = 'up' | 'degraded' | 'down' | 'unmeasured'

const stateOf = ({ measuredMs, degradedMs, downMs }: StatusDay): DayState => {
  if (measuredMs === 0) return 'unmeasured'
  if (downMs > 0) return 'down'
  return degradedMs > 0 ? 'degraded' : 'up'
}

/** As high as the day was measured; what is left of it stays grey. Today is measured against the hours that have passed. */
const heightOf = ({ day, measuredMs }: StatusDay, at: number): number => {
  const passed = Math.min(dayMs, Math.max(1, at - Date.parse(day)))
  const share = measuredMs / passed
  return share > 0.98 ? height : Math.max(leastHeight, Math.round(share * height))
}

const bar = (index: number, tall: number): string => `M${index * step} ${height - tall}h${width}v${tall}h-${width}z`

/** `name`: of the part, as people read it. */
export const barsOf = (
  { days, incidents }: Pick<StatusPart, 'days' | 'incidents'>,
  { name, at, locale, words }: { name: string; at: number; locale: Locale; words: Catalogue['status'] },
): string => {
  const paths: Record<DayState, string> = { unmeasured: '', up: '', degraded: '', down: '' }
  const titles: string[] = []
  for (const [index, day] of days.entries()) {
    const state = stateOf(day)
    const tall = state === 'unmeasured' ? 0 : heightOf(day, at)
    if (tall < height) paths.unmeasured += bar(index, height)
    if (state !== 'unmeasured') paths[state] += bar(index, tall)
    if (state === 'down' || state === 'degraded') {
      const long = duration(day.downMs + day.degradedMs, words.units)
      const said = `${dayName(day.day, locale)}: ${words.states[state]}, ${long}`
      titles.push(`<path class="day" d="${bar(index, height)}"><title>${escapeHtml(said)}</title></path>`)
    }
  }
  const measured = days.filter(({ measuredMs }) => measuredMs > 0).length
  const label = escapeHtml(words.bars(name, incidents.length, measured))
  const drawn = Object.entries(paths).map(([state, path]) => (path ? `<path class="${state}" d="${path}"/>` : ''))
  return `<svg viewBox="0 0 ${days.length * step - step + width} ${height}" preserveAspectRatio="none" role="img" aria-label="${label}">
${drawn.join('')}${titles.join('')}
</svg>`
}

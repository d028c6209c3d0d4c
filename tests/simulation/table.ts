// The one table, and what is said under it.
import type { Rule } from './rules/rule.ts'
import { type HonestTally, perMillion, type ThiefTally } from './tally.ts'

export type RuleResult = {
  readonly rule: Rule
  readonly stated: HonestTally | null
  /** Every fault five times as often. */
  readonly harsh: HonestTally | null
  readonly thieves: readonly ThiefTally[]
}

const none = '-'
const count = (value: number): string => Math.round(value).toLocaleString('en')

const rate = (tally: HonestTally | null): string => {
  if (!tally) return none
  const value = perMillion(tally)
  const shown = value === 0 || value >= 100 ? count(value) : value.toFixed(1)
  return `${shown} (${count(tally.spurious.length)} in ${count(tally.refreshes)})`
}

const time = (hours: number): string => {
  if (hours === 0) return 'at once'
  if (hours < 1) return `${Math.ceil(hours * 60)} min`
  return `${hours < 10 ? hours.toFixed(1) : Math.round(hours)} h`
}

/**
 * When the last token was granted: the median, the longest, and how often the owner came in that time. `found`: in so many worlds
 * the session was ended for it; in the others his token was dead by then.
 */
const fate = ({ trials, stillIn, found, hours, visits }: ThiefTally): string => {
  if (stillIn.length > 0) return `STILL IN: ${stillIn.length} of ${trials}`
  return hours[1] === 0
    ? `out: never a token, found ${found}`
    : `out: ${time(hours[0])}, at most ${time(hours[1])}, ${visits[1]} visits, found ${found}`
}

const layOut = (rows: readonly (readonly string[])[]): string => {
  const [head = [], ...body] = rows
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}

/** Markdown: a column for each rule. */
export function table(results: readonly RuleResult[]): string {
  const thiefNames = [...new Set(results.flatMap(({ thieves }) => thieves.map(({ thief }) => thief)))]
  const fates = (name: string) =>
    results.map(({ thieves }) => {
      const tally = thieves.find(({ thief }) => thief === name)
      return tally ? fate(tally) : none
    })
  const rows = [
    ['logouts per million refreshes', ...results.map(({ stated }) => rate(stated))],
    ['the same, every fault × 5', ...results.map(({ harsh }) => rate(harsh))],
    ...thiefNames.map((name) => [`thief: ${name}`, ...fates(name)]),
  ]
  const filled = rows.filter(([, ...cells]) => cells.some((cell) => cell !== none))
  return layOut([['', ...results.map(({ rule }) => rule.title)], ...filled])
}

const byReason = (printed: HonestTally['printed']): string =>
  [...new Set(printed.map(({ why }) => why))]
    .map((why) => `${printed.filter((each) => each.why === why).length}: ${why}`)
    .join('; ') || '0'

/** How much was run, and what else was seen. */
export const notes = (results: readonly RuleResult[]): string =>
  results
    .flatMap(({ rule, stated, harsh }) =>
      [stated, harsh].flatMap((tally, index) => {
        if (!tally) return []
        const { worlds, signIns, answered, refused, printed, rows } = tally
        const name = `${rule.title}${index === 0 ? '' : ', × 5'}`
        const asked = answered + refused
        return [
          `${name}: ${count(worlds)} worlds, ${count(signIns)} sign-ins; rows ${JSON.stringify(rows)}`,
          `  requests refused while signed in: ${count(refused)} of ${count(asked)}`,
          `  logouts printed as impossible to prevent: ${byReason(printed)}`,
        ]
      }),
    )
    .join('\n')

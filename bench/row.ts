// A line of the table: what was measured, what was aimed at, what was reached.
import type { Summary } from './measure/rounds.ts'

export type Row = {
  readonly what: string
  readonly summary?: Summary
  /** Statements of PostgreSQL for one act. */
  readonly statements?: number
  readonly memoryMiB?: number
  readonly aim?: string
  readonly reached?: string
}

const header = [
  'what',
  'server CPU µs (least; middle–most)',
  '× floor',
  'requests/s × floor',
  'p99 ms',
  'PostgreSQL µs',
  'Redis µs',
  'statements',
  'MiB',
  'aim',
  'reached',
]

export const figure = (value: number, digits = value < 10 ? 1 : 0): string =>
  Number.isFinite(value)
    ? value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })
    : '?'

/** The rows as a Markdown table; `floor` is what the ratios are to. */
export const tableOf = (rows: readonly Row[], floor: Summary): string => {
  const cells = ({ what, summary, statements, memoryMiB, aim = '', reached = '' }: Row) => [
    what,
    ...(summary
      ? [
          `${figure(summary.cpuMicros.least)} (${figure(summary.cpuMicros.middle)}–${figure(summary.cpuMicros.most)})`,
          figure(summary.cpuMicros.least / floor.cpuMicros.least, 1),
          figure(summary.perSecond / floor.perSecond, 2),
          figure(summary.p99Ms),
          summary.postgresMicros > 0 ? figure(summary.postgresMicros) : '',
          summary.redisMicros > 0 ? figure(summary.redisMicros) : '',
        ]
      : ['', '', '', '', '', '']),
    statements === undefined ? '' : figure(statements, 1),
    memoryMiB === undefined ? '' : figure(memoryMiB),
    aim,
    reached,
  ]
  return [header, header.map(() => '---'), ...rows.map(cells)].map((line) => `| ${line.join(' | ')} |`).join('\n')
}

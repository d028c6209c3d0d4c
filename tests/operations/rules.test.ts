// Alert rules, dashboard and examples, as their own tools see them, and against the catalogue of what there is to be measured.
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Instrument, instruments, lateLetterMs } from '@vigile/engine'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { temporaryFolder } from '../services/place.ts'
import { runProgram } from '../services/process.ts'
import { programPath } from '../services/program-path.ts'

const folder = new URL('../../ops/prometheus/', import.meta.url).pathname
const read = (file: string) => readFileSync(join(folder, file), 'utf8')
const promtool = (...args: string[]) => runProgram({ command: programPath('promtool'), args })

type Rule = { alert: string; expr: string; labels: { severity: string }; annotations: { summary: string } }
const rules = (parse(read('vigile.rules.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
)
type Panel = { title: string; targets: { expr: string }[] }
const { panels } = JSON.parse(read('grafana-dashboard.json')) as { panels: Panel[] }

describe('OPS-5 OPS-12 the rules', () => {
  test('promtool passes them and their unit tests, and every rule has been seen to fire', async () => {
    expect(await promtool('test', 'rules', join(folder, 'vigile.rules.test.yml'))).toContain('SUCCESS')
    const { tests } = parse(read('vigile.rules.test.yml')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[]
    }
    const fired = tests.flatMap((one) => one.alert_rule_test.flatMap((each) => (each.exp_alerts ? each.alertname : [])))
    expect([...new Set(fired)].sort()).toEqual(rules.map(({ alert }) => alert).sort())
  })

  test('each says how grave it is, and what is the matter', () => {
    for (const { alert, labels, annotations } of rules) {
      expect(alert).toMatch(/^Vigile[A-Z]\w+$/)
      expect(['critical', 'warning']).toContain(labels.severity)
      expect(annotations.summary).toMatch(/\w/)
    }
  })

  test('a letter is late when the status page and the doctor say so', () => {
    const { expr } = rules.find(({ alert }) => alert === 'VigileMailWaiting') ?? {}
    expect(expr).toBe(`max(vigile_mail_oldest_seconds) > ${lateLetterMs / 1000}`)
  })

  test('the examples of Prometheus and Alertmanager are what their tools accept', async () => {
    expect(await promtool('check', 'config', join(folder, 'prometheus.yml'))).toContain('valid prometheus config')
    const args = ['check-config', join(folder, 'alertmanager.yml')]
    expect(await runProgram({ command: programPath('amtool'), args })).toContain('SUCCESS')
  })
})

const expressions = [
  ...rules.map(({ alert, expr }) => [alert, expr]),
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr])),
] as [string, string][]
/** What Prometheus and Node themselves say. */
const others = ['up', 'probe_success', 'nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes']
const ofTargets = ['job', 'instance', 'le']

test.each(expressions)('OPS-5 %s asks for what there is: %s', (_, expr) => {
  const selectors = [...expr.matchAll(/\b(vigile_\w+|up|probe_success|nodejs_\w+|process_\w+)(?:\{([^}]*)\})?/g)]
  expect(selectors.length).toBeGreaterThan(0)
  for (const [, full = '', matchers = ''] of selectors) {
    if (others.includes(full)) continue
    const name = full.replace(/^vigile_/, '').replace(/_bucket$/, '')
    const { kind, labels } = (instruments as Record<string, Instrument>)[name] as Instrument
    expect(full.endsWith('_bucket')).toBe(kind === 'histogram')
    for (const [, label = '', operator, value = ''] of matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)) {
      if (ofTargets.includes(label)) continue
      expect(Object.keys(labels), `${full} has no ${label}`).toContain(label)
      const known = labels[label] ?? []
      const pattern = operator?.includes('~') ? new RegExp(`^(?:${value})$`) : { test: (one: string) => one === value }
      if (known.length > 0)
        expect(
          known.some((one) => pattern.test(one)),
          `${label}="${value}"`,
        ).toBe(true)
    }
  }
})

describe('OPS-5 docs/monitoring.md', () => {
  const page = readFileSync(new URL('../../docs/monitoring.md', import.meta.url), 'utf8')

  test('names every metric, with its labels', () => {
    const rows = Object.entries<Instrument>(instruments).map(([name, { kind, help, labels }]) => {
      const named = Object.keys(labels).map((label) => `\`${label}\``)
      return `| \`vigile_${name}\` | ${kind} | ${named.join(', ')} | ${help} |`
    })
    const table = ['| metric | kind | labels | |', '|---|---|---|---|', ...rows].join('\n')
    const [, written] = /<!-- metrics -->\n([\s\S]*?)\n?<!-- \/metrics -->/.exec(page) ?? []
    expect(written).toBe(table)
  })

  test('says what to do about every alert', () => {
    for (const { alert } of rules) expect(page).toMatch(new RegExp(`^\\| [^|]*\`${alert}\`[^|]*\\| \\S`, 'm'))
  })
})

test('OPS-5 every expression of the dashboard is one, says promtool', async () => {
  const place = await temporaryFolder('dashboard')
  onTestFinished(place.remove)
  const recorded = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  const file = join(place.path, 'panels.yml')
  await writeFile(
    file,
    stringify({ groups: [{ name: 'panels', rules: recorded.map((expr, at) => ({ record: `panel:${at}`, expr })) }] }),
  )
  expect(await promtool('check', 'rules', file)).toContain(`${recorded.length} rules found`)
})

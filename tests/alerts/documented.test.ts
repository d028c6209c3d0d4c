// The table of rules says what the rules are.
import { readFileSync } from 'node:fs'
import { alertRules } from '@vigile/contract'
import { expect, test } from 'vitest'
import { burstRules } from '../../engine/src/alerts/rules.ts'

test('AUD-5 DOC-1 every rule is documented, with its gravity and its threshold', () => {
  const rows = readFileSync('docs/alerts.md', 'utf8').matchAll(/^\| `(\w+)` \|[^|]+\| (\w+) \| ([^|]+) \|/gm)
  const documented = [...rows].map(([, rule, severity, threshold]) => [rule, severity, threshold])
  const bursts = new Map<string, string>(
    burstRules.map(([rule, { threshold, windowMs }]) => [rule, `${threshold} in ${windowMs / 60_000} min`]),
  )
  const expected = Object.entries(alertRules).map(([rule, { severity }]) => [rule, severity, bursts.get(rule) ?? 'one'])
  expect(documented).toEqual(expected)
})

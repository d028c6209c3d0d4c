import { globSync, readFileSync } from 'node:fs'
import { enginePermissions } from '@vigile/contract'
import { expect, test } from 'vitest'
import { actionLabel, auditActions, otherAction } from './audit-actions.ts'
import { type Instrument, instruments, patternOf } from './catalogue.ts'

const all = Object.entries<Instrument>(instruments)

test.each(all)(
  'OPS-5 %s: its name says its kind and unit, its labels have few values',
  (name, { kind, help, labels }) => {
    expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(name.endsWith('_total')).toBe(kind === 'counter')
    if (kind === 'histogram') expect(name).toMatch(/_seconds$/)
    expect(help).toMatch(/^[A-Z1]/)
    for (const values of Object.values(labels)) {
      expect(values.length).toBeLessThanOrEqual(100)
      expect(new Set(values).size).toBe(values.length)
      // An id, an address or a token is none of these.
      for (const value of values) expect(value).toMatch(/^[\w/{}.:-]{1,60}$/)
    }
  },
)

test('OPS-5 a route is its pattern, never what was asked for', () => {
  const { route } = instruments.http_requests_total.labels
  expect(route).toContain('sessions/{id}')
  expect(route).toContain('/health/ready')
  expect(route).toContain(patternOf('./login'))
})

test('OPS-5 every action that the engine puts on record is counted by its name, and no other is', () => {
  const permissions = Object.entries(enginePermissions).flatMap(([thing, verbs]) =>
    verbs.map((verb) => `${thing}:${verb}`),
  )
  const words = [...new Set(auditActions.map((action) => action.split(':')[0]))].join('|')
  const action = new RegExp(`['\`]((?:${words}|alert)(?::[a-z-]+)+)['\`]`, 'g')
  const sources = globSync('engine/src/**/*.ts').filter(
    (path) => !/\.(test|suite)\.ts$|messages\/|audit-actions/.test(path),
  )
  const written = sources.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(action)].map(([, found]) => found as string),
  )
  // GitHub's scope for addresses.
  const others = new Set([...permissions, 'user:email'].filter((one) => actionLabel(one) === otherAction))
  expect(new Set(written.filter((one) => !others.has(one)))).toEqual(new Set(auditActions))
  expect(actionLabel('products:publish')).toBe(otherAction)
})

import type { AlertRow } from '@vigile/engine'
import { expect, test } from 'vitest'
import { createFakeVigile } from '../fake-vigile.suite.ts'
import { call } from './call.suite.ts'

const byAddress: AlertRow = {
  id: 'many-of-an-address-000',
  rule: 'failures_by_address',
  severity: 'warning',
  subject: '192.0.2.7',
  firstAt: Date.UTC(2026, 10, 21, 10, 49),
  lastAt: Date.UTC(2026, 10, 21, 10, 51),
  count: 120,
  details: {},
  acknowledgedAt: null,
  acknowledgedBy: null,
}
const tampering: AlertRow = {
  ...byAddress,
  id: 'tampering-000000000000',
  rule: 'audit_tampering',
  severity: 'critical',
  subject: null,
  count: 1,
  acknowledgedAt: Date.UTC(2026, 10, 21, 11),
  acknowledgedBy: 'operator:ada',
}
const withAlerts = () => createFakeVigile({ alerts: [byAddress, tampering] })

test('AUD-5 alerts are listed with what they are about, how often, and who has seen to them', async () => {
  const { exitCode, output } = await call('alerts list', { fake: withAlerts() })
  expect(exitCode).toBe(0)
  expect(output.split('\n')).toEqual([
    'id                      first              severity  rule                 about      count  seen to by',
    'many-of-an-address-000  2026-11-21 10:49Z  warning   failures_by_address  192.0.2.7  120',
    'tampering-000000000000  2026-11-21 10:49Z  critical  audit_tampering      -          1      operator:ada',
    '',
  ])
  const json = await call('alerts list --open --json', { fake: withAlerts() })
  expect(JSON.parse(json.output)).toEqual({ alerts: [byAddress], next: null })
  const one = await call('alerts list --rule audit_tampering --limit 5 --json', { fake: withAlerts() })
  expect(JSON.parse(one.output).alerts).toEqual([tampering])
  expect((await call('alerts list')).output).toBe('There are no alerts.\n')
  for (const wrong of ['--rule none', '--limit 201', '--after x'])
    expect((await call(`alerts list ${wrong}`, { fake: withAlerts() })).exitCode, wrong).toBe(2)
})

test('AUD-5 an alert is acknowledged by its id; one that is not there is not, and said so in the reader’s language', async () => {
  const fake = withAlerts()
  const done = await call('alerts acknowledge many-of-an-address-000', { fake })
  expect([done.exitCode, done.output]).toEqual([0, 'Acknowledged failures_by_address of 192.0.2.7.\n'])
  expect(fake.calls).toContain('acknowledge many-of-an-address-000')
  const { exitCode, errors } = await call('alerts acknowledge nothing', { fake })
  expect([exitCode, errors]).toEqual([1, 'Error: No open alert has the id nothing.\n'])
  const french = await call('alerts acknowledge nothing', { fake, environment: { LANG: 'fr_FR' } })
  expect(french.errors).toBe('Erreur : Aucune alerte ouverte n’a l’identifiant nothing.\n')
  const json = await call('alerts acknowledge nothing --json', { fake })
  expect([json.exitCode, JSON.parse(json.output).error]).toEqual([1, 'not_found'])
})

import { expect, test } from 'vitest'
import { collectFaults } from '../messages/fault.ts'
import type { VigileOptions } from '../options.ts'
import { alertsOf } from './alerts.ts'

const read = (given: VigileOptions['alerts'], kind: 'mailbox' | 'none' = 'mailbox') => {
  const faults = collectFaults()
  const settings = alertsOf(given, { kind }, faults)
  return { settings, faults: faults.list.map(({ setting, wrong }) => `${setting}: ${wrong}`) }
}

test('AUD-5 nobody is written to unless told, and what is not given has its default', () => {
  expect(read(undefined)).toMatchObject({
    settings: { mailTo: [], thresholds: { failures_by_account: 20 } },
    faults: [],
  })
  const { settings, faults } = read({ mailTo: ['Ops@Example.com'], thresholds: { failures_by_address: 50 } })
  expect(settings.mailTo).toEqual([{ address: 'Ops@example.com', key: 'ops@example.com' }])
  expect(settings.thresholds).toMatchObject({ failures_by_address: 50, failures_by_account: 20 })
  expect(faults).toEqual([])
})

test.each([
  [{ mailTo: ['nobody'] }, 'alerts.mailTo: "nobody" is no email address'],
  [
    { mailTo: Array.from({ length: 11 }, (_, index) => `ops${index}@example.com`) },
    'alerts.mailTo: there are too many',
  ],
  [{ thresholds: { failures_by_adress: 5 } }, 'alerts.thresholds: there is no failures_by_adress'],
  // One is enough for these.
  [{ thresholds: { session_reuse: 5 } }, 'alerts.thresholds: there is no session_reuse'],
  [{ thresholds: { failures_by_address: 0 } }, 'alerts.thresholds.failures_by_address: it is no count'],
  [{ thresholds: { failures_by_address: '50' } }, 'alerts.thresholds.failures_by_address: it is no count'],
])('AUD-5 OPS-1 %j is refused at start', (given, fault) => {
  expect(read(given as VigileOptions['alerts']).faults).toEqual([expect.stringContaining(fault)])
})

test('AUD-5 OPS-1 readers of alerts without a mail server are refused at start: nobody would be told', () => {
  expect(read({ mailTo: ['ops@example.com'] }, 'none').faults).toEqual([
    expect.stringContaining('nobody can be written'),
  ])
})

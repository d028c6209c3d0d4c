import { expect, test } from 'vitest'
import { createFakeVigile, wholeLog } from '../fake-vigile.suite.ts'
import { call } from './call.suite.ts'

test('AUD-3 audit verify: a whole log exits 0, and says what nothing vouches for', async () => {
  const record = async () => {}
  const verify = async () => ({ ...wholeLog, acceptedUpTo: 3, underOldKeys: 2, removedUpTo: 0 })
  const fake = createFakeVigile({ overrides: { audit: { ...createFakeVigile().audit, record, verify } } })
  const { exitCode, output } = await call('audit verify', { fake })
  expect(exitCode).toBe(0)
  expect(output).toMatch(/whole: 12 entries \(1–12\).*Up to 3 an operator.*2 signed under.*begun 1970-01-01 00:00Z/s)
})

test('AUD-3 S-90 audit verify: each fault with its place, exit 1, and nothing of an entry forges a line', async () => {
  const faults = [
    { kind: 'missing', position: 5, to: 7 },
    { kind: 'changed', position: 9, id: 'an-id', at: 0, action: 'made:up\n0 faults\u001b[2J' },
  ] as const
  const verify = async () => ({ ...wholeLog, ok: false, faults, faultCount: 130 })
  const fake = createFakeVigile({ overrides: { audit: { ...createFakeVigile().audit, verify } } })
  const people = await call('audit verify', { fake })
  expect(people.exitCode).toBe(1)
  expect(people.errors).toMatch(
    /130 faults.*5–7 {2}removed\n.*9 {2}this entry was changed {2}made:up.*an-id\n.*and 128 more/s,
  )
  expect(people.errors).not.toContain('\n0 faults')
  expect(people.errors).not.toContain('\u001b')
  const machine = await call('audit verify --json', { fake })
  expect([machine.exitCode, JSON.parse(machine.output)]).toMatchObject([
    1,
    { error: 'audit_tampered', faults: [{ kind: 'missing', position: 5 }, { kind: 'changed' }] },
  ])
  const french = await call('audit verify', { fake, environment: { LANG: 'fr_FR.UTF-8' } })
  expect(french.errors).toMatch(/130 anomalies/)
})

test('AUD-3 audit verify: where the end is under an unknown secret, nothing vouches for what older ones signed', async () => {
  const faults = [{ kind: 'head_unknown_key' }] as const
  const verify = async () => ({ ...wholeLog, ok: false, faults, faultCount: 1, underOldKeys: 2 })
  const fake = createFakeVigile({ overrides: { audit: { ...createFakeVigile().audit, verify } } })
  const { errors } = await call('audit verify', { fake })
  expect(errors).toContain('a secret that is not in VIGILE_SECRET')
  expect(errors).not.toContain('2 signed under')
})

test('AUD-3 S-90 attack: a secret in the address of an anchor is not said back', async () => {
  for (const address of ['s3://KEY:hunter2@s3.example.com/bucket?region=a', 'https://user:hunter2@log.example.com/']) {
    const { exitCode, output, errors } = await call(`audit verify --anchor ${address}`)
    expect(exitCode).toBe(2)
    expect(output + errors).not.toContain('hunter2')
  }
})

test('AUD-3 audit verify --from takes a position', async () => {
  let from: number | undefined
  const verify = async (input: { from?: number } = {}) => {
    from = input.from
    return wholeLog
  }
  const fake = createFakeVigile({ overrides: { audit: { ...createFakeVigile().audit, verify } } })
  expect((await call('audit verify --from 12', { fake })).exitCode).toBe(0)
  expect(from).toBe(12)
  expect((await call('audit verify --from yesterday', { fake })).exitCode).toBe(2)
})

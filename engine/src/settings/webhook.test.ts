import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { collectFaults } from '../messages/fault.ts'
import type { VigileOptions } from '../options.ts'
import { webhookOf } from './webhook.ts'

const own = randomBytes(48).toString('base64')
const secret = randomBytes(48).toString('base64')
const url = 'https://hooks.example.com/vigile'

const read = (webhook: NonNullable<VigileOptions['alerts']>['webhook'], production = true) => {
  const collected = collectFaults()
  const options = { publicUrl: 'https://shop.example.com', secrets: own, alerts: { webhook } }
  const found = webhookOf(options, production, collected)
  const faults = collected.list
  return { found, faults, named: faults.map(({ setting }) => setting) }
}

describe('OPS-1 AUD-5 the webhook', () => {
  test.each([undefined, {}, { url: '', secrets: '' }, { url: undefined, secrets: [] }])('%j is none', (given) => {
    expect(read(given)).toMatchObject({ found: null, faults: [] })
  })

  test.each([
    secret,
    `whsec_${secret}`,
    [secret, `whsec_${randomBytes(32).toString('base64')}`],
    `${secret},${randomBytes(32).toString('hex')}`,
    async () => [secret],
  ])('%s is a secret, or several', (secrets) => {
    expect(read({ url, secrets }).faults).toEqual([])
  })

  test('a secret without an address signs nothing, and keeps nobody from starting', () => {
    expect(read({ secrets: secret })).toMatchObject({ found: null, faults: [] })
    expect(read({ secrets: async () => [secret] })).toMatchObject({ found: null, faults: [] })
  })

  test('an address without a secret is refused', () => {
    expect(read({ url }).named).toEqual(['WEBHOOK_SECRET'])
    expect(read({ url, secrets: '' }).named).toEqual(['WEBHOOK_SECRET'])
  })

  test.each([
    'http://hooks.example.com/',
    'http://127.0.0.1.example.com/',
    'ftp://hooks.example.com/',
    'https://user:password@hooks.example.com/',
    'https://hooks.example.com/#part',
    'hooks.example.com',
  ])('messages do not go to %s, which no fault repeats', (address) => {
    const { named, faults } = read({ url: address, secrets: secret })
    expect(named).toEqual(['VIGILE_ALERT_WEBHOOK'])
    expect(JSON.stringify(faults)).not.toContain('hooks.example.com')
  })

  test.each(['http://127.0.0.1:4000/', 'http://localhost:4000', 'http://[::1]:4000/hook'])(
    'plain http is for this machine alone: %s',
    (address) => expect(read({ url: address, secrets: secret }).faults).toEqual([]),
  )

  test.each([
    ['a text that is no base64', 'correct horse battery staple, correct horse battery staple, correct'],
    ['24 bytes', randomBytes(24).toString('base64')],
    ['a repeated text', 'abcd'.repeat(20)],
    ['one good, one weak', [secret, 'YWJj']],
  ])('%s is refused in production, and not repeated', (_, secrets) => {
    const { named, faults } = read({ url, secrets })
    expect(named).toEqual(['WEBHOOK_SECRET'])
    for (const one of [secrets].flat()) expect(JSON.stringify(faults)).not.toContain(one)
  })

  test('attack: the receiver is not told the secret that signs people in', () => {
    expect(read({ url, secrets: [secret, own] }).faults[0]?.wrong).toContain('VIGILE_SECRET')
    expect(read({ url, secrets: `whsec_${own}` }).faults[0]?.wrong).toContain('VIGILE_SECRET')
  })

  test('a weak secret that is read later is refused then', async () => {
    await expect(read({ url, secrets: () => ['YWJj'] }).found?.readSecrets()).rejects.toThrow('WEBHOOK_SECRET')
    expect(read({ url, secrets: 'YWJj' }, false).faults).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../configuration-error.ts'
import { github } from '../oauth/github.ts'
import type { VigileOptions } from '../options.ts'
import { addressesOf, createRenewal, type Renewed } from './renewal.ts'
import { resolveSettings } from './settings.ts'

const secrets = 'kVq3nT8xWm2rZp6yLc9dHs4jBf7gEa1uNo5iXw0vQtRbUeJhYk-test-secret-01'
const newer = 'wR7mK2zXc9vB4nQ8sDf5gH1jL6pT3yUe0iOaWkMxZbVqNrJdSh-test-secret-02'
const webhookSecret = 'c3wR7mK2zXc9vB4nQ8sDf5gH1jL6pT3yUe0iOaWkMxZb'
const newerWebhookSecret = 'R7mK2zXc9vB4nQ8sDf5gH1jL6pT3yUe0iOaWkMxZbc3w'
const given: VigileOptions = {
  publicUrl: 'https://shop.example.com',
  production: true,
  secrets,
  database: 'postgres://vigile:old@db/vigile',
  redis: 'redis://vigile:old@redis:6379',
  mail: { url: 'smtp://vigile:old@mail:587' },
  providers: [github({ clientId: 'id', clientSecret: 'old' })],
  alerts: { webhook: { url: 'https://hooks.example.com/', secrets: webhookSecret } },
  audit: { anchors: ['s3://key:old@s3.example.com/bucket?region=eu-west-3'] },
}
const renewal = (options: Partial<VigileOptions> = {}) => {
  const all = { ...given, ...options }
  return createRenewal(all, resolveSettings(all))
}
const wrong = (renewed: Renewed, options: Partial<VigileOptions> = {}) => {
  const { renew, now } = renewal(options)
  const before = now()
  try {
    renew(renewed)
  } catch (error) {
    expect(now()).toBe(before)
    if (error instanceof ConfigurationError) return error.faults.map(({ setting }) => setting)
    throw error
  }
  return []
}

describe('OPS-2 secrets are renewed while the engine runs', () => {
  test('each that is given counts from then on; the others stay', async () => {
    const { settings, now, renew } = renewal()
    const { database, redis, limitsRedis } = addressesOf({ settings, now, renew })
    renew({
      secrets: [newer, secrets],
      database: 'postgres://vigile-2:new@db/vigile',
      providers: [github({ clientId: 'id', clientSecret: 'new' })],
      alerts: { webhook: { url: 'https://hooks.example.com/', secrets: [newerWebhookSecret, webhookSecret] } },
    })
    renew({ redis: 'redis://vigile:new@redis:6379' })
    expect(await now().readSecrets()).toEqual([newer, secrets])
    expect(settings.providers[0]?.clientSecret).toBe('new')
    expect(await now().webhook?.readSecrets()).toEqual([newerWebhookSecret, webhookSecret])
    expect(database).toMatchObject({ url: expect.any(Function) })
    const addresses = [(database as { url: () => string }).url, redis, limitsRedis]
    expect(addresses.map((address) => (address as () => string)())).toEqual([
      'postgres://vigile-2:new@db/vigile',
      'redis://vigile:new@redis:6379',
      'redis://vigile:new@redis:6379',
    ])
    expect(now().mail).toMatchObject({ url: 'smtp://vigile:old@mail:587' })
  })

  test.each<[string, Renewed, string[]]>([
    ['another server', { database: 'postgres://vigile:old@db-2/vigile' }, ['DATABASE_URL']],
    ['another database', { database: 'postgres://vigile:old@db/other' }, ['DATABASE_URL']],
    ['one of another kind', { database: 'file:./data/vigile.db' }, ['DATABASE_URL']],
    ['elsewhere to listen', { pool: { listenUrl: 'postgres://vigile:old@db/vigile' } }, ['VIGILE_LISTEN_URL']],
    ['another Redis', { redis: 'redis://vigile:old@redis:6380' }, ['REDIS_URL', 'RATE_LIMIT_REDIS_URL']],
    ['none any more', { redis: undefined }, ['REDIS_URL', 'RATE_LIMIT_REDIS_URL']],
    ['no mail server any more', { mail: {} }, ['SMTP_URL']],
    ['no webhook any more', { alerts: {} }, ['VIGILE_ALERT_WEBHOOK']],
  ])('TOK-6 %s is refused, and nothing changes: nodes would no longer hear of revocations', (_, renewed, settings) => {
    expect(wrong(renewed)).toEqual(settings)
  })

  test('another file of the embedded database is refused', () => {
    expect(wrong({ database: 'file:./b.db' }, { database: 'file:./a.db' })).toEqual(['DATABASE_URL'])
  })

  test('one that is malformed is named, and takes none of the others with it', () => {
    expect(wrong({ secrets: 'short', redis: 'redis://vigile:new@redis:6379' })).toEqual(['VIGILE_SECRET'])
    expect(wrong({ providers: [github({ clientId: 'id', clientSecret: ' ' })] })).toEqual(['GITHUB_CLIENT_SECRET'])
  })
})

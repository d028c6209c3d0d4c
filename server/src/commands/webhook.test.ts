import type { Webhooks } from '@vigile/engine'
import { expect, test } from 'vitest'
import { createFakeVigile } from '../fake-vigile.suite.ts'
import { call } from './call.suite.ts'

const answering = (answer: Awaited<ReturnType<Webhooks['test']>>) =>
  createFakeVigile({ overrides: { webhooks: { state: async () => null, test: async () => answer } } })

test('AUD-5 a webhook that takes a test message', async () => {
  const fake = answering({ ok: true, status: 204 })
  expect(await call('webhook test', { fake })).toMatchObject({
    exitCode: 0,
    output: 'The webhook took a test message: it answered 204.\n',
  })
  expect(JSON.parse((await call('webhook test --json', { fake })).output)).toEqual({ ok: true, status: 204 })
})

test.each([
  [401, '', 'does not know WEBHOOK_SECRET'],
  [301, '', 'leads elsewhere'],
  [null, 'connect ECONNREFUSED', 'gave no answer: connect ECONNREFUSED'],
])('AUD-5 a webhook that answers %s: exit 1, and what to look at', async (status, why, said) => {
  const fake = answering({ ok: false, error: 'not_delivered', status, why })
  const { exitCode, errors } = await call('webhook test', { fake })
  expect([exitCode, errors]).toEqual([1, expect.stringContaining(said)])
  const { output } = await call('webhook test --json', { fake })
  expect(JSON.parse(output)).toMatchObject({ error: 'not_delivered', status, why })
})

test('AUD-5 without a webhook: the settings that make one, in French too', async () => {
  const { exitCode, errors } = await call('webhook test', { environment: { LANG: 'fr_FR.UTF-8' } })
  expect([exitCode, errors]).toEqual([1, expect.stringMatching(/VIGILE_ALERT_WEBHOOK et WEBHOOK_SECRET/)])
})

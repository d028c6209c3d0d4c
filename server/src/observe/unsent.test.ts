// A collector or Sentry that is away: said once, counted each time, and nothing secret in what is said.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { noMeter } from '@vigile/engine'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startSentry } from './sentry.ts'
import { createUnsent } from './unsent.ts'

const hourMs = 3_600_000

test('OPS-5 OPS-12 what is not taken is said at the first and then once an hour, counted each time, and holds no secret', () => {
  let at = 0
  const said: object[] = []
  const counted: object[] = []
  const log = { debug: () => {}, info: () => {}, error: () => {}, warn: (fields: object) => void said.push(fields) }
  const meter = { ...noMeter, add: (...input: unknown[]) => void counted.push(input) }
  const unsent = createUnsent('otlp', { log, meter, now: () => at })
  for (; at < 2.5 * hourMs; at += 60_000)
    unsent(`POST https://ada:planted@collector/v1/traces?key=planted ${'x'.repeat(5_000)}`)
  expect(said).toHaveLength(3)
  expect(counted).toEqual(Array.from({ length: 150 }, () => ['telemetry_failures_total', { to: 'otlp' }]))
  const text = JSON.stringify(said)
  expect(text.length).toBeLessThan(1_500)
  expect(text).not.toContain('planted')
})

test('OPS-5 Sentry that is away or refuses is told of', async () => {
  const server = createServer((_, response) => response.writeHead(503).end())
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const reasons: string[] = []
  const sentry = startSentry(`http://key@127.0.0.1:${port}/1`, 'test', (reason) => void reasons.push(reason))
  const fail = () => sentry.logged?.('error', { err: new Error('a fault') }, 'a fault')
  fail()
  await vi.waitFor(() => expect(reasons).toEqual(['it answers 503']), { timeout: 20_000 })
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  fail()
  await vi.waitFor(() => expect(reasons).toContain('ECONNREFUSED'), { timeout: 20_000 })
  await sentry.close()
})

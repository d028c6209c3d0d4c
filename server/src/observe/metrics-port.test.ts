import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { FakeParts } from '../fake-vigile.suite.ts'
import type { ServerConfig } from '../start-server.ts'
import { startTestSite } from '../test-site.suite.ts'

const start = async (config: ServerConfig, parts?: FakeParts) => {
  const site = await startTestSite(config, parts)
  onTestFinished(() => site.end())
  return site
}
const read = async (port: number | null, path = '/metrics') => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`)
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
}

test('OPS-5 metrics have a port of their own, and the public one has none', async () => {
  const site = await start(
    { metricsPort: 0 },
    { overrides: { gauges: async () => [{ name: 'ready', labels: {}, value: 1 }] } },
  )
  const page = { headers: { accept: 'text/html' } }
  await fetch(`${site.url}/sign-in?token=planted`, page)
  await fetch(`${site.url}/assets/app-abc.js`)
  await fetch(`${site.url}/metrics`, page)
  const { status, type, text } = await read(site.server.metricsPort)
  expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect(text).toContain('vigile_ready 1')
  expect(text).toMatch(/vigile_build_info\{version="[\d.]+"\} 1/)
  expect(text).toContain('vigile_http_requests_total{route="page",method="GET",status="200"} 1')
  expect(text).toContain('vigile_http_requests_total{route="file",method="GET",status="200"} 1')
  expect(text).toContain('vigile_http_requests_total{route="other",method="GET",status="404"} 1')
  expect(text).toContain('vigile_http_request_duration_seconds_bucket{le="0.001",route="page"}')
  expect(text).toContain('nodejs_eventloop_lag_seconds')
  expect(text).not.toContain('planted')
  expect((await read(site.server.metricsPort, '/')).status).toBe(404)
  expect((await read(site.server.metricsPort, '/metrics?module=http_2xx')).status).toBe(200)
  expect((await read(Number(new URL(site.url).port))).text).not.toContain('vigile_ready')
})

test('OPS-5 a gauge that can’t be read any more is not shown as it was', async () => {
  let readings = [{ name: 'provider_breaker_open', labels: { provider: 'discord' }, value: 1 }] as const
  const site = await start({ metricsPort: 0 }, { overrides: { gauges: async () => readings } })
  expect((await read(site.server.metricsPort)).text).toContain('vigile_provider_breaker_open{provider="discord"} 1')
  readings = [] as never
  expect((await read(site.server.metricsPort)).text).not.toContain('discord')
})

test('OPS-5 at a desk nobody listens for Prometheus unless that is asked for', async () => {
  expect((await start({})).server.metricsPort).toBeNull()
})

test('OPS-5 a port that is asked for and taken keeps the server from starting, and nothing stays open', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  onTestFinished(() => void other.close())
  const { port } = other.address() as AddressInfo
  await expect(start({ metricsPort: port })).rejects.toMatchObject({ code: 'EADDRINUSE', port })
})

// The rules at work: a real Prometheus asks two real nodes, and a real Alertmanager tells somebody.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { newVisitor, runVigile, type ServerNode, startMs, startNode } from '../nodes/node.ts'
import { freePort } from '../services/place.ts'
import { type Monitor, startAlertmanager, startPrometheus } from '../services/prometheus.ts'
import { freshDatabase } from '../services/run.ts'
import { startCollector } from './collector.ts'

const patience = { timeout: 90_000, interval: 500 }
const attempts = 90

let nodes: readonly ServerNode[] = []
let ports: readonly number[]
let prometheus: Monitor
let alertmanager: Monitor
let receiver: Awaited<ReturnType<typeof startCollector>>
beforeAll(async () => {
  receiver = await startCollector()
  const database = await freshDatabase()
  await runVigile('migrate', { database })
  ports = [await freePort(), await freePort()]
  nodes = await Promise.all(
    ports.map((port) => startNode({ database, environment: { METRICS_PORT: String(port), LOG_LEVEL: 'error' } })),
  )
  alertmanager = await startAlertmanager(`
route: { receiver: pager, group_by: [alertname], group_wait: 1s, group_interval: 1s, repeat_interval: 1h }
receivers: [{ name: pager, webhook_configs: [{ url: "http://${receiver.host}/pager", send_resolved: false }] }]
`)
  // The rules as they are, but nothing has to last for minutes before it is said.
  const rules = readFileSync(new URL('../../ops/prometheus/vigile.rules.yml', import.meta.url), 'utf8')
  prometheus = await startPrometheus({
    'vigile.rules.yml': rules.replaceAll(/^( +for:) \w+$/gm, '$1 1s'),
    'prometheus.yml': `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [vigile.rules.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:${alertmanager.port}"] }] }] }
scrape_configs:
  - job_name: vigile
    static_configs: [{ targets: ${JSON.stringify(ports.map((port) => `127.0.0.1:${port}`))} }]
`,
  })
}, startMs)
afterAll(async () => {
  for (const one of [prometheus, alertmanager, ...nodes, receiver]) await one?.stop()
})

const ask = async (query: string): Promise<{ metric: Record<string, string>; value: number }[]> => {
  const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`)
  const { data } = (await response.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] }
  }
  return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
}
/** Alerts that the receiver was told of. */
const told = () =>
  receiver
    .at('/pager')
    .flatMap((text) =>
      (JSON.parse(text) as { alerts: { labels: Record<string, string> }[] }).alerts.map(({ labels }) => labels),
    )

test('OPS-5 OPS-11 Prometheus reads both nodes', { timeout: startMs }, async () => {
  await vi.waitFor(async () => {
    expect((await ask('up{job="vigile"}')).map(({ value }) => value)).toEqual([1, 1])
    expect((await ask('vigile_ready')).map(({ value }) => value)).toEqual([1, 1])
    expect(await ask('vigile_sign_ins_total{outcome="failed"} == 0')).toHaveLength(2)
  }, patience)
})

test('OPS-5 LIM-4 passwords that are guessed from many addresses are noticed, and somebody is told', {
  timeout: startMs,
}, async () => {
  const [first] = nodes as [ServerNode]
  for (let at = 0; at < attempts; at += 10)
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        newVisitor(() => nodes[n % 2] ?? first).signIn(`victim-${at + n}@example.com`, 'guessed-password-1'),
      ),
    )
  await vi.waitFor(() => expect(told().map(({ alertname }) => alertname)).toContain('VigileBruteForce'), patience)
})

test('OPS-12 a node that was killed is missed, by its name', { timeout: startMs }, async () => {
  expect(told().map(({ alertname }) => alertname)).not.toContain('VigileDown')
  await nodes[1]?.kill()
  await vi.waitFor(
    () =>
      expect(told()).toContainEqual(
        expect.objectContaining({ alertname: 'VigileDown', instance: `127.0.0.1:${ports[1]}` }),
      ),
    patience,
  )
})

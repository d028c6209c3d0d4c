// What leaves the machine for Sentry and by OpenTelemetry: enough to find a fault, and nothing that anybody keeps to themselves.
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { newVisitor, runVigile, startNode } from '../nodes/node.ts'
import { freePort } from '../services/place.ts'
import { freshDatabase } from '../services/run.ts'
import { goodPassword } from '../support/visitor.ts'
import { startCollector } from './collector.ts'

/** Each is put somewhere that no watcher may look. */
const planted = {
  header: 'planted-authorization-7731',
  cookie: 'planted-cookie-7732',
  query: 'planted-query-7733',
  password: 'planted-password-7734-long',
  email: 'planted-person-7735@example.com',
  name: 'Planted Name 7736',
  agent: 'planted-agent-7737',
}
const trace = '0af7651916cd43dd8448eb211c80319c'

let collector: Awaited<ReturnType<typeof startCollector>>
let logged: string
let requestId: string | null
let refusedId: string | null
let recordedId: string | null
const tokens: string[] = []
beforeAll(async () => {
  collector = await startCollector()
  const database = await freshDatabase()
  const environment = {
    SENTRY_DSN: `http://publickey@${collector.host}/4711`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${collector.host}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    LOG_LEVEL: 'info',
  }
  await runVigile('migrate', { database })
  const node = await startNode({ database, environment })
  const ada = newVisitor(() => node)
  const headers = {
    authorization: `Bearer ${planted.header}`,
    'user-agent': planted.agent,
    traceparent: `00-${trace}-b7ad6b7169203331-01`,
  }
  await ada.signUp(planted.email, planted.password)
  await ada.signIn(planted.email, planted.password)
  refusedId = (await ada.signIn(planted.email, goodPassword)).headers.get('x-request-id')
  await ada.get(`/api/auth/me?token=${planted.query}`)
  await ada.get(`/api/auth/me?token=${planted.query}`, { headers, cookie: `vigile_access=${planted.cookie}` })
  tokens.push(...ada.jar.all().flatMap(({ value }) => (value.length > 16 ? [value] : [])))
  // Ten per cent of them are followed by Sentry.
  for (let count = 0; count < 200; count += 1) await fetch(`${node.url}/health/live?${planted.query}`)

  const client = new pg.Client({ connectionString: database })
  await client.connect()
  const { rows } = await client.query("select request_id from audit_entries where action = 'session:sign-in:failed'")
  recordedId = rows[0]?.request_id
  // A fault whose text quotes what it should not, as those of others do.
  const text = `of ${planted.email} from https://a.example.com/x?code=${planted.query} with password=${planted.password}`
  await client.query(`create function quote() returns trigger language plpgsql as
    $$ begin raise exception 'sign_in_attempts ${text}'; end $$`)
  await client.query('create trigger quote before insert or update on sign_in_attempts execute function quote()')
  await client.end()
  const failed = await newVisitor(() => node).post(
    '/api/auth/login',
    { email: planted.email, password: planted.password },
    { headers },
  )
  expect(failed.status).toBe(500)
  requestId = failed.headers.get('x-request-id')
  await node.stop()
  logged = node.output()
})
afterAll(() => collector?.stop())

test('OPS-5 OPS-12 no header, cookie, body, query, token, email or name is in anything that was sent', () => {
  expect(collector.received.length).toBeGreaterThan(3)
  expect(tokens.length).toBeGreaterThan(2)
  for (const { path, headers, text } of collector.received)
    for (const secret of [...Object.values(planted), ...tokens])
      expect(`${path} ${headers} ${text}`).not.toContain(secret)
})

describe('OPS-5 Sentry', () => {
  const events = () =>
    collector.at('/envelope/').map((text) =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    )
  const ofType = (type: string) =>
    events().flatMap((lines) =>
      lines.flatMap((line, at) => (line.type === type && !line.event_id ? [lines[at + 1]] : [])),
    )

  test('a fault is there once, with where it was and the request’s id', () => {
    const faults = ofType('event')
    expect(faults).toHaveLength(1)
    const [{ exception, tags, release }] = faults
    expect(tags).toEqual({ said: 'a fault', requestId })
    expect(release).toMatch(/^vigile@\d/)
    const [{ stacktrace }] = exception.values.slice(-1)
    expect(JSON.stringify(exception)).toContain('sign_in_attempts')
    expect(stacktrace.frames.length).toBeGreaterThan(2)
    expect(Object.keys(stacktrace.frames[0]).filter((name) => /vars|context/.test(name))).toEqual([])
  })

  test('a tenth of the requests is there, by route', () => {
    const transactions = ofType('transaction')
    expect(transactions.length).toBeGreaterThan(0)
    expect(transactions.length).toBeLessThan(100)
    expect(transactions.map(({ transaction }) => transaction)).toContain('GET /health/live')
  })
})

describe('OPS-12 by OpenTelemetry', () => {
  test('a span a request, of the caller’s trace where a trusted proxy tells it, with children for statements and hashes', () => {
    const spans = collector
      .at('/v1/traces')
      .flatMap((text) =>
        JSON.parse(text).resourceSpans.flatMap(({ scopeSpans }: never) =>
          (scopeSpans as { spans: never[] }[]).flatMap((one) => one.spans),
        ),
      ) as {
      name: string
      traceId: string
      spanId: string
      parentSpanId?: string
      attributes: { key: string; value: object }[]
    }[]
    const failed = spans.find(({ attributes }) =>
      attributes.some(({ key, value }) => key === 'vigile.request_id' && Object.values(value)[0] === requestId),
    )
    expect(failed).toMatchObject({ name: 'POST login', traceId: trace, parentSpanId: 'b7ad6b7169203331' })
    expect(failed?.attributes.map(({ key }) => key).sort()).toEqual([
      'http.request.method',
      'http.response.status_code',
      'http.route',
      'vigile.request_id',
    ])
    const names = new Set(
      spans.filter(({ parentSpanId }) => spans.some(({ spanId }) => spanId === parentSpanId)).map(({ name }) => name),
    )
    expect(names).toContain('postgres statement')
    expect(names).toContain('password hash')
  })

  test('the figures of the catalogue, and of gauges', () => {
    const text = collector.at('/v1/metrics').join('\n')
    for (const name of [
      'http_requests_total',
      'sign_ups_total',
      'http_request_duration_seconds',
      'ready',
      'build_info',
    ])
      expect(text).toContain(`"vigile_${name}"`)
  })
})

test('OPS-4 one id is in the answer, the access log, the fault, the audit log and what OpenTelemetry gets', () => {
  const sent = collector.at('/v1/logs').join('\n')
  expect(sent).toContain('"stringValue":"a fault"')
  const lines = logged.split('\n')
  const of = (id: string | null, what: string) => lines.some((line) => line.includes(`${id}`) && line.includes(what))
  expect(of(requestId, 'a fault')).toBe(true)
  expect(of(refusedId, 'on record')).toBe(true)
  for (const id of [requestId, refusedId]) {
    expect(of(id, '"request"')).toBe(true)
    expect(sent).toContain(`${id}`)
  }
  expect(recordedId).toBe(refusedId)
})

test('OPS-5 OPS-12 a collector that is away holds nothing up; it is in the log once, however often it is tried', async () => {
  const database = await freshDatabase()
  await runVigile('migrate', { database })
  const metricsPort = await freePort()
  const node = await startNode({
    database,
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_TIMEOUT: '300',
      OTEL_METRIC_EXPORT_INTERVAL: '400',
      OTEL_METRIC_EXPORT_TIMEOUT: '300',
      METRICS_PORT: String(metricsPort),
    },
  })
  onTestFinished(() => node.stop())
  await vi.waitFor(
    async () => {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
      expect(Number(/^vigile_telemetry_failures_total\{to="otlp"\} (\d+)/m.exec(text)?.[1])).toBeGreaterThan(3)
    },
    { timeout: 30_000, interval: 200 },
  )
  expect((await fetch(`${node.url}/health/ready`)).status).toBe(200)
  expect(node.output().split('OpenTelemetry does not take')).toHaveLength(2)
}, 120_000)

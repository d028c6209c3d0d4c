// Metrics, traces and logs by OpenTelemetry (OPS-12), as the standard OTEL_ variables say. Loaded only where an address is set.
import {
  type Attributes,
  context,
  DiagLogLevel,
  diag,
  logs,
  metrics,
  propagation,
  SeverityNumber,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { envDetector, hostDetector, serviceInstanceIdDetector } from '@opentelemetry/resources'
import { NodeSDK } from '@opentelemetry/sdk-node'
import type { Reading } from '@vigile/engine'
import { redact } from '../log/log.ts'
import { version } from '../version.ts'
import { createOtelMeter } from './otel-meter.ts'
import { scrub } from './scrub.ts'
import type { Unsent } from './unsent.ts'
import type { Watcher } from './watcher.ts'

/** A collector that is away must not hold up the end of the process. */
const closeWithinMs = 5_000

const severities = {
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
} as const

/** Work inside a request that gets a span of its own, and what that is called. */
const spanNames: Readonly<Record<string, (labels: Readonly<Record<string, string>>) => string>> = {
  store_statement_duration_seconds: ({ store }) => `${store} statement`,
  provider_call_duration_seconds: ({ provider }) => `call ${provider}`,
  password_hash_duration_seconds: () => 'password hash',
}

const headersSetting = 'OTEL_EXPORTER_OTLP_HEADERS'

/**
 * `endpoint` is used where the environment has none: a file of settings may have it. `headers`: of each sending; a secret, so it is in
 * the environment no longer than the SDK reads it. `read`: what is read when it is asked for.
 */
export const startOtlp = (
  { endpoint, headers: first }: { readonly endpoint: string; readonly headers: string | undefined },
  read: () => Promise<readonly Reading[]>,
  unsent: Unsent,
): Watcher => {
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT ??= endpoint
  const silent = () => {}
  const failures = { error: unsent, warn: silent, info: silent, debug: silent, verbose: silent }
  if (!process.env.OTEL_LOG_LEVEL) diag.setLogger(failures, DiagLogLevel.ERROR)
  process.env.OTEL_SERVICE_NAME ??= 'vigile'
  const instance = serviceInstanceIdDetector.detect()
  const open = (headers: string | undefined) => {
    const given = process.env[headersSetting]
    if (headers !== undefined) process.env[headersSetting] = headers
    // Not of the process: its arguments and owner are nobody's business.
    const sdk = new NodeSDK({ resourceDetectors: [envDetector, hostDetector, { detect: () => instance }] })
    sdk.start()
    if (given === undefined) delete process.env[headersSetting]
    else process.env[headersSetting] = given
    return {
      sdk,
      tracer: trace.getTracer('vigile', version),
      logger: logs.getLogger('vigile', version),
      meter: createOtelMeter(read),
    }
  }
  let headers = first
  let sending = open(headers)

  const followed = (name: string, labels: Readonly<Record<string, string>>, seconds: number) => {
    const spanName = spanNames[name]
    if (!spanName || !trace.getActiveSpan()?.isRecording()) return
    const startTime = Date.now() - seconds * 1000
    sending.tracer.startSpan(spanName(labels), { kind: SpanKind.CLIENT, startTime, attributes: labels }).end()
  }

  return {
    meter: {
      add: (name, labels, by) => {
        sending.meter.add(name, labels, by)
        if (name === 'http_requests_total') describe(labels as Readonly<Record<'route' | 'method' | 'status', string>>)
      },
      record: (name, labels, seconds) => {
        sending.meter.record(name, labels, seconds)
        followed(name, labels, seconds)
      },
    },
    logged: (level, fields, message) => {
      const { err, ...rest } = redact({ ...fields })
      if (typeof rest.requestId === 'string') trace.getActiveSpan()?.setAttribute('vigile.request_id', rest.requestId)
      sending.logger.emit({
        severityNumber: severities[level],
        severityText: level,
        body: message,
        attributes: { ...plain(rest), ...(err instanceof Error && exceptionOf(err)) },
      })
    },
    around: (asked, work) => {
      const parent = asked.traceparent
        ? propagation.extract(context.active(), { traceparent: asked.traceparent })
        : context.active()
      const attributes = { 'http.request.method': asked.method }
      return sending.tracer.startActiveSpan(
        asked.method,
        { kind: SpanKind.SERVER, attributes },
        parent,
        async (span) => {
          try {
            return await work()
          } finally {
            span.end()
          }
        },
      )
    },
    // Its exporters read headers when they are made: all begins anew, spans that are open at that moment are lost.
    renew: ({ otlpHeaders }) => {
      if (!otlpHeaders || otlpHeaders === headers) return
      void endInTime(sending.sdk)
      for (const api of [context, propagation, trace, metrics, logs]) api.disable()
      headers = otlpHeaders
      sending = open(headers)
    },
    close: () => endInTime(sending.sdk),
  }
}

const endInTime = async (sdk: NodeSDK): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, closeWithinMs)
  // What could not be sent is lost; OTEL_LOG_LEVEL tells.
  await Promise.race([sdk.shutdown().catch(() => {}), promise])
  clearTimeout(timer)
}

/** What is no plain value is sent as its JSON. */
const plain = (fields: Readonly<Record<string, unknown>>): Attributes =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [[name, typeof value === 'object' ? JSON.stringify(value) : value]],
    ),
  ) as Attributes

const exceptionOf = ({ name, message, stack = '' }: Error): Attributes => ({
  'exception.type': name,
  'exception.message': scrub(message),
  'exception.stacktrace': scrub(stack),
})

/** Of the request: it is known only at its end. */
const describe = ({ route, method, status }: Readonly<Record<'route' | 'method' | 'status', string>>): void => {
  const span = trace.getActiveSpan()
  span?.updateName(`${method} ${route}`)
  span?.setAttributes({ 'http.route': route, 'http.response.status_code': Number(status) })
  if (status.startsWith('5')) span?.setStatus({ code: SpanStatusCode.ERROR })
}

// Faults go to Sentry (OPS-5), by its own client with none of its integrations that look at requests: what is sent is made here, of
// what is known to be harmless. Loaded only where an address is set.
import type { ErrorEvent, Event, StackFrame } from '@sentry/node'
import * as sentry from '@sentry/node'
import { version } from '../version.ts'
import { scrub } from './scrub.ts'
import type { Unsent } from './unsent.ts'
import type { Watcher } from './watcher.ts'

const closeWithinMs = 5_000
const tracesSampleRate = 0.1

/** The last one that was opened is the one that all is sent by. */
const open = (dsn: string, environment: string, unsent: Unsent) =>
  sentry.initWithoutDefaultIntegrations({
    dsn,
    environment,
    release: `vigile@${version}`,
    integrations: [
      sentry.linkedErrorsIntegration(),
      sentry.onUncaughtExceptionIntegration(),
      // As without Sentry: the process ends.
      sentry.onUnhandledRejectionIntegration({ mode: 'strict' }),
    ],
    tracesSampleRate,
    transport: (options) => tellingOf(unsent, sentry.makeNodeTransport(options)),
    traceLifecycle: 'static',
    maxBreadcrumbs: 0,
    includeServerName: false,
    // It would change modules as they are loaded, to see requests and statements.
    enableRuntimeChannelInjection: false,
    beforeSend: (event): ErrorEvent => ({ ...harmless(event), type: undefined, exception: exceptionOf(event) }),
    beforeSendTransaction: (event) => ({
      ...harmless(event),
      type: 'transaction',
      transaction: event.transaction ?? '',
      start_timestamp: event.start_timestamp ?? 0,
      spans: [],
    }),
  })

type Transport = ReturnType<typeof sentry.makeNodeTransport>

/** A sending that is refused is told of. */
const tellingOf = (unsent: Unsent, transport: Transport): Transport => ({
  ...transport,
  send: async (envelope) => {
    try {
      const answer = await transport.send(envelope)
      if ((answer.statusCode ?? 200) >= 400) unsent(`it answers ${answer.statusCode}`)
      return answer
    } catch (error) {
      const { code, name } = error as NodeJS.ErrnoException
      unsent(code ?? name)
      throw error
    }
  },
})

export const startSentry = (first: string, environment: string, unsent: Unsent): Watcher => {
  let dsn = first
  let client = open(dsn, environment, unsent)
  return {
    meter: {
      add: (name, labels) => {
        if (name !== 'http_requests_total') return
        const { route, method, status } = labels as Readonly<Record<'route' | 'method' | 'status', string>>
        const span = sentry.getActiveSpan()
        if (span) sentry.updateSpanName(span, `${method} ${route}`)
        if (span) sentry.setHttpStatus(span, Number(status))
      },
      record: () => {},
    },
    // Faults alone: a part that is down is a warning, and has its metrics.
    logged: (level, fields, message) => {
      const { err, requestId } = fields as { err?: unknown; requestId?: unknown }
      if (level !== 'error' || !(err instanceof Error)) return
      sentry.captureException(err, { tags: { said: message, ...(typeof requestId === 'string' && { requestId }) } })
    },
    around: (asked, work) =>
      sentry.withIsolationScope(() =>
        // Whoever asks does not decide what is sampled.
        sentry.startNewTrace(() => sentry.startSpan({ name: asked.method, op: 'http.server' }, work)),
      ),
    renew: ({ sentryDsn }) => {
      if (!sentryDsn || sentryDsn === dsn) return
      void client?.close(closeWithinMs)
      dsn = sentryDsn
      client = open(dsn, environment, unsent)
    },
    close: async () => {
      await client?.close(closeWithinMs)
    },
  }
}

const only = <Of extends object, Name extends keyof Of>(of: Of, names: readonly Name[]): Pick<Of, Name> =>
  Object.fromEntries(names.flatMap((name) => (of[name] === undefined ? [] : [[name, of[name]]]))) as Pick<Of, Name>

/** Of any event. Never user, request, extra, breadcrumbs, modules, or contexts beside the trace. */
const harmless = (event: Event): Event => ({
  ...only(event, ['event_id', 'timestamp', 'level', 'platform', 'environment', 'release', 'sdk']),
  tags: only(event.tags ?? {}, ['said', 'requestId']),
  contexts: only(event.contexts ?? {}, ['trace']) as NonNullable<Event['contexts']>,
})

/** Where it was, without the lines of the source and the values of variables. */
const whereOf = (frame: StackFrame) => only(frame, ['filename', 'function', 'module', 'lineno', 'colno', 'in_app'])

const exceptionOf = ({ exception }: Event) => ({
  values: (exception?.values ?? []).map((one) => ({
    ...only(one, ['type']),
    value: scrub(one.value ?? ''),
    stacktrace: { frames: (one.stacktrace?.frames ?? []).map(whereOf) },
  })),
})

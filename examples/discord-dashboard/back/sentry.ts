// Problem 10. Faults go to Sentry with where they happened, and nothing of who asked: no header, cookie, body, address or person.
import type { ErrorEvent } from '@sentry/node'

export type Sentry = { capture(fault: unknown, requestId: string | undefined): void }

/** Its integrations that look at requests are not loaded: what is not collected can't leak. */
export const startSentry = async (dsn: string): Promise<Sentry> => {
  const sentry = await import('@sentry/node')
  sentry.initWithoutDefaultIntegrations({
    dsn,
    tracesSampleRate: 0.1,
    maxBreadcrumbs: 0,
    includeServerName: false,
    beforeSend: ({ event_id, timestamp, level, platform, tags, exception }): ErrorEvent => ({
      ...(event_id !== undefined && { event_id }),
      ...(timestamp !== undefined && { timestamp }),
      ...(level !== undefined && { level }),
      ...(platform !== undefined && { platform }),
      ...(tags !== undefined && { tags }),
      ...(exception !== undefined && { exception }),
      type: undefined,
    }),
  })
  return {
    capture: (fault, requestId) => void sentry.captureException(fault, requestId ? { tags: { requestId } } : {}),
  }
}

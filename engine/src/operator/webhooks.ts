// The operator's webhook, as whoever runs the site sees it.
import type { Courier } from '../webhooks/courier.ts'
import type { WebhookStore } from '../webhooks/store.ts'

export type WebhookState = {
  /** Messages that wait, and when the oldest of them was written (epoch milliseconds). */
  readonly waiting: number
  readonly oldest: number | null
  /** Why the last message that this node tried still waits. */
  readonly failure: { readonly at: number; readonly why: string } | null
}

/** `status`: of the answer. `not_delivered` without one: there was no answer. */
export type WebhookTest =
  | { readonly ok: true; readonly status: number }
  | { readonly ok: false; readonly error: 'not_configured' }
  | { readonly ok: false; readonly error: 'not_delivered'; readonly status: number | null; readonly why: string }

export type Webhooks = {
  /** How deliveries go; null: no webhook is set (`VIGILE_ALERT_WEBHOOK`). */
  state(): Promise<WebhookState | null>
  /**
   * Sends a signed message of type `test` at once, and says what came back. It is not tried again.
   *
   * @example
   * const tested = await auth.webhooks.test()
   * if (!tested.ok) console.error(tested.error)
   */
  test(): Promise<WebhookTest>
}

export const createWebhooks = (deps: {
  readonly webhooks: Pick<WebhookStore, 'waiting'>
  readonly courier: Courier | null
}): Webhooks => ({
  state: async () => {
    if (!deps.courier) return null
    const { count, oldest } = await deps.webhooks.waiting()
    const failure = deps.courier.failure()
    return { waiting: count, oldest, failure: failure && { at: failure.at, why: reasonOf(failure.error) } }
  },
  test: async () => {
    if (!deps.courier) return { ok: false, error: 'not_configured' }
    try {
      const { ok, status } = await deps.courier.test()
      if (ok) return { ok, status }
      return { ok: false, error: 'not_delivered', status, why: `the webhook answered ${status}` }
    } catch (error) {
      return { ok: false, error: 'not_delivered', status: null, why: reasonOf(error) }
    }
  },
})

/** Of `fetch` the cause says more: "fetch failed" because of "connect ECONNREFUSED". */
const reasonOf = (error: unknown): string => {
  const { message, cause } = error as Error
  return cause instanceof Error ? cause.message : message
}

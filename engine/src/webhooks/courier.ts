// Takes messages to the operator's webhook.
import { createDelivery, type Delivery } from '../delivery/delivery.ts'
import type { SteadyClock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import { createWebhook } from './post-webhook.ts'
import { signWebhook } from './sign.ts'
import type { WaitingWebhook, WebhookStore } from './store.ts'

const defaultPatienceMs = 10_000

export type Webhook = {
  readonly url: string
  /** The newest first. Asked at each delivery, so that secrets rotate without a restart. */
  readonly readSecrets: () => Promise<readonly string[]>
}

type Answer = Pick<Response, 'ok' | 'status'>

export type Courier = Delivery & {
  /** Sends a message of kind `test` now. Rejects where there is no answer. */
  test(): Promise<Answer>
}

export const createCourier = (deps: {
  readonly webhooks: WebhookStore
  /** As it is at the moment. */
  readonly webhook: () => Webhook
  readonly clock: SteadyClock
  readonly log: Log
  readonly patienceMs?: number
  readonly isStopping?: () => boolean
}): Courier => {
  const { clock, log, patienceMs = defaultPatienceMs } = deps

  const send = async ({ id, body }: { readonly id: string; readonly body: string }): Promise<Answer> => {
    const { url, readSecrets } = deps.webhook()
    const signed = signWebhook(await readSecrets(), { id, body, at: clock.now() })
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...signed, 'content-type': 'application/json', 'user-agent': 'Vigile' },
      body,
      // Another address is not the operator's choice.
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
    })
    // However much it says, nobody reads it.
    await response.body?.cancel()
    return response
  }

  return {
    ...createDelivery({
      ...deps,
      rows: deps.webhooks,
      handOver: async (message: WaitingWebhook) => {
        const { ok, status } = await send(message)
        if (ok) return 'delivered'
        if (status !== 410) throw new Error(`the webhook answered ${status}`)
        const { id, kind, tries } = message
        log.warn({ message: id, kind, tries }, 'the webhook wants a message no more')
        return 'gone'
      },
      wentOut: 'delivered',
      thing: 'message',
      alert: 'webhook',
      longestPauseMs: 3_600_000,
    }),
    test: () => send(createWebhook({ kind: 'test', data: {}, now: clock.now() })),
  }
}

// Messages are written in the transaction of what they tell of: with it, or not at all. They go out afterwards, and a node that dies in
// between loses none.
import { randomToken } from '../primitives/random.ts'
import type { WebhookStore } from './store.ts'

/** For so long a receiver that is down can come back. */
const lifeMs = 3 * 86_400_000

type Content = { readonly kind: string; readonly data: object; readonly now: number }

/** A message in the shape of Standard Webhooks: `{ type, timestamp, data }`. */
export const createWebhook = ({ kind, data, now }: Content) => ({
  id: `msg_${randomToken(16)}`,
  body: JSON.stringify({ type: kind, timestamp: new Date(now).toISOString(), data }),
})

/**
 * Writes a message for the operator's webhook, which gets `{ type, timestamp, data }`. `data` leaves the site, so it holds no secret.
 * Where there is no webhook (`deps.hasWebhook`), write none. Call `deps.webhooksPosted()` after the commit.
 *
 * @example
 * await deps.transact(({ webhooks }) => postWebhook(webhooks, { kind: 'alert', data: { rule, subject }, now }))
 * deps.webhooksPosted()
 */
export const postWebhook = async (webhooks: Pick<WebhookStore, 'insert'>, content: Content): Promise<void> => {
  const { kind, now } = content
  await webhooks.insert({ ...createWebhook(content), kind, now, expiresAt: now + lifeMs })
}

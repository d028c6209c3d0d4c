// Messages are written in the transaction of what they tell of: with it, or not at all. They go out afterwards, and a node that dies in
// between loses none.
import { randomToken } from '../primitives/random.ts'
import type { WebhookStore } from './store.ts'

/** For so long a receiver that is down can come back. */
const lifeMs = 3 * 86_400_000

/**
 * Writes a message for the operator's webhook, in the shape of Standard Webhooks: `{ type, timestamp, data }`. `kind` is its type;
 * `data` leaves the site, so it holds no secret. Call `webhooksPosted()` after the commit. Gives the message's id, which is the same
 * at each delivery.
 *
 * @example
 * await deps.transact(({ webhooks }) => postWebhook(webhooks, { kind: 'alert', data: { rule, subject }, now }))
 * deps.webhooksPosted()
 */
export const postWebhook = async (
  webhooks: Pick<WebhookStore, 'insert'>,
  { kind, data, now }: { readonly kind: string; readonly data: object; readonly now: number },
): Promise<string> => {
  const id = `msg_${randomToken(16)}`
  const body = JSON.stringify({ type: kind, timestamp: new Date(now).toISOString(), data })
  await webhooks.insert({ id, kind, body, now, expiresAt: now + lifeMs })
  return id
}

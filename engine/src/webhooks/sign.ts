// The headers of Standard Webhooks (https://www.standardwebhooks.com): a receiver knows from them who sent a message, when, and
// whether it had it before.
import { createHmac } from 'node:crypto'

const secretText = /^(?:whsec_)?((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/

/** The key of a secret, which receivers hold too: base64, with or without `whsec_` before it. Null: it is none. */
export const keyTextOf = (secret: string): string | null => secretText.exec(secret)?.[1] ?? null

/** One signature for each secret: while one is replaced, a receiver may know either. `at`: of this try, epoch milliseconds. */
export const signWebhook = (
  secrets: readonly string[],
  { id, body, at }: { readonly id: string; readonly body: string; readonly at: number },
) => {
  const timestamp = `${Math.floor(at / 1000)}`
  const signed = `${id}.${timestamp}.${body}`
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(keyTextOf(secret) ?? '', 'base64')
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}

import type { WaitingRows } from '../delivery/delivery.ts'

/** `gone`: the receiver said 410, and wants it no more. `expired`: it could not be delivered in time. */
export type WebhookOutcome = 'delivered' | 'gone' | 'expired'

export type WaitingWebhook = {
  readonly id: string
  readonly kind: string
  readonly body: string
  readonly createdAt: number
  readonly expiresAt: number
  /** Deliveries begun, this one included. */
  readonly tries: number
}

export interface WebhookStore extends WaitingRows<WaitingWebhook, WebhookOutcome> {
  /** A message that waits to be delivered, due at once. `body` is sent as it is: it holds no secret. */
  insert(message: {
    readonly id: string
    readonly kind: string
    readonly body: string
    readonly now: number
    readonly expiresAt: number
  }): Promise<void>
  /** How many wait, and when the oldest of them was written; null: none waits. */
  waiting(): Promise<{ readonly count: number; readonly oldest: number | null }>
  /** Forgets up to `limit` messages that were of no more use before; the number forgotten. */
  deleteOld(expiredBefore: number, limit: number): Promise<number>
}

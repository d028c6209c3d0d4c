// Operators are told by letter and by webhook. What they are sent names ids and addresses, and no email of anybody.
import type { Locale } from '@vigile/contract'
import type { Email } from '../accounts/email.ts'
import type { Account } from '../accounts/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { LetterContent } from '../mail/letter.ts'
import { postLetter } from '../mail/post.ts'
import type { OutboxStore } from '../mail/store.ts'
import { postWebhook } from '../webhooks/post-webhook.ts'
import type { WebhookStore } from '../webhooks/store.ts'
import type { AlertRow, AlertStore } from './store.ts'

/** A letter is worth sending for so long. */
const lifeMs = 3 * 86_400_000

export type TellDeps = {
  readonly keyring: Pick<Keyring, 'newest'>
  /** Who gets the letters. */
  readonly mailTo: readonly Email[]
  /** Whether there is a webhook. */
  readonly hasWebhook: boolean
}

export type TellStores = {
  readonly accounts: { findByEmailKey(key: string): Promise<Pick<Account, 'locale'> | null> }
  readonly outbox: OutboxStore
  readonly webhooks: Pick<WebhookStore, 'insert'>
}

/** Of one alert. `ip`: where it came from, as far as it came from one place. */
export const tellOf = async (
  deps: TellDeps,
  stores: TellStores,
  { alert, ip, now }: { readonly alert: AlertRow; readonly ip: string | null; readonly now: number },
): Promise<void> => {
  const { rule, subject, count, lastAt: at } = alert
  await tell(deps, stores, {
    content: { kind: 'alert', rule, subject, count, at, ip },
    webhook: { kind: 'alert.raised', data: alert },
    now,
  })
}

/** Of many: how many of each rule. */
export const tellTogether = async (
  deps: TellDeps,
  stores: TellStores,
  { untold, now }: { readonly untold: Awaited<ReturnType<AlertStore['untold']>>; readonly now: number },
): Promise<void> => {
  const counts = untold.map(({ rule, count }) => ({ rule, count }))
  const since = Math.min(...untold.map((one) => one.since))
  await tell(deps, stores, {
    content: { kind: 'alerts', counts, since },
    webhook: { kind: 'alert.summary', data: { counts, since } },
    now,
  })
}

const tell = async (
  deps: TellDeps,
  { accounts, outbox, webhooks }: TellStores,
  told: {
    readonly content: LetterContent
    readonly webhook: { readonly kind: string; readonly data: object }
    readonly now: number
  },
): Promise<void> => {
  const { content, webhook, now } = told
  for (const { address, key } of deps.mailTo) {
    const locale: Locale = (await accounts.findByEmailKey(key))?.locale ?? 'en'
    const letter = { to: address, locale, content }
    await postLetter(deps, outbox, { kind: content.kind, letter, now, expiresAt: now + lifeMs })
  }
  if (deps.hasWebhook) await postWebhook(webhooks, { ...webhook, now })
}

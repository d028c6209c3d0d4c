// Removes what has ended (TOK-10), in batches that lock nothing.
import type { AccountStore } from '../accounts/store.ts'
import type { AlertStore } from '../alerts/store.ts'
import type { OutboxStore } from '../mail/store.ts'
import type { OAuthHandleStore, OAuthStateStore } from '../oauth/store.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { PendingSignInStore, TotpStore } from '../second-factor/store.ts'
import type { SessionStore } from '../sessions/store.ts'
import { historyMs } from '../status/history.ts'
import type { StatusStore } from '../status/store.ts'
import type { WebhookStore } from '../webhooks/store.ts'

const batch = 1_000
/** Ended sessions stay so long, so that their owners are told why they ended, and not `unknown`. */
const keepEndedMs = 24 * 3_600_000
const deviceLifeMs = 400 * 86_400_000
/** Links and letters are told of for so long after they were good. */
const keepMailMs = 7 * 86_400_000
/** What a receiver says that it never had can be looked up for so long. */
const keepWebhooksMs = 30 * 86_400_000
const attemptLifeMs = 30 * 86_400_000
const alertLifeMs = 90 * 86_400_000

/** The numbers removed. Sign-ins on their way to a provider and back count as pending ones, messages to a webhook as letters. */
export const cleanUp = async (
  deps: {
    readonly sessions: SessionStore
    readonly accounts: AccountStore
    readonly oneTimeTokens: OneTimeTokenStore
    readonly outbox: OutboxStore
    readonly pendingSignIns: PendingSignInStore
    readonly totp: TotpStore
    readonly oauthStates: OAuthStateStore
    readonly oauthHandles: OAuthHandleStore
    readonly webhooks: WebhookStore
    readonly alerts: AlertStore
    readonly status: StatusStore
  },
  now: number,
): Promise<{
  readonly sessions: number
  readonly devices: number
  readonly letters: number
  readonly links: number
  readonly pendingSignIns: number
  readonly alerts: number
  readonly periods: number
}> => ({
  sessions: await drain(() => deps.sessions.deleteEnded(now - keepEndedMs, batch)),
  devices: await drain(() =>
    deps.accounts.deleteStale({ devicesBefore: now - deviceLifeMs, attemptsBefore: now - attemptLifeMs, limit: batch }),
  ),
  letters:
    (await drain(() => deps.outbox.deleteOld(now - keepMailMs, batch))) +
    (await drain(() => deps.webhooks.deleteOld(now - keepWebhooksMs, batch))),
  links: await drain(() => deps.oneTimeTokens.deleteOld(now - keepMailMs, batch)),
  pendingSignIns:
    (await drain(() => deps.pendingSignIns.deleteOld(now, batch))) +
    (await drain(() => deps.totp.deleteOldEnrolments(now, batch))) +
    (await drain(() => deps.oauthStates.deleteOld(now, batch))) +
    (await drain(() => deps.oauthHandles.deleteOld(now, batch))),
  alerts: await drain(() => deps.alerts.deleteOld(now - alertLifeMs, batch)),
  periods: await drain(() => deps.status.deleteOld(now - historyMs, batch)),
})

const drain = async (removeBatch: () => Promise<number>): Promise<number> => {
  let total = 0
  for (;;) {
    const removed = await removeBatch()
    total += removed
    if (removed < batch) return total
  }
}

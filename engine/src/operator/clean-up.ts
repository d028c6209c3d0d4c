// The clean-up (TOK-10), on its schedule and when an operator asks for it.

import type { ClosureStore } from '../accounts/closure-store.ts'
import { type DeleteAccountDeps, deleteDueAccounts } from '../accounts/delete-account.ts'
import type { AccountStore } from '../accounts/store.ts'
import type { AlertStore } from '../alerts/store.ts'
import { type Actor, nameActor } from '../audit/actor.ts'
import { auditEntry, noContext } from '../audit/entry.ts'
import { cutAudit, type RetentionDeps } from '../audit/retention.ts'
import type { AuditStore } from '../audit/store.ts'
import { cleanUp } from '../jobs/clean-up.ts'
import type { OutboxStore } from '../mail/store.ts'
import { cleanedTables } from '../meter/catalogue.ts'
import type { Meter } from '../meter/meter.ts'
import type { OAuthHandleStore, OAuthStateStore } from '../oauth/store.ts'
import type { OneTimeTokenStore } from '../one-time-tokens/store.ts'
import type { PendingSignInStore, TotpStore } from '../second-factor/store.ts'
import type { SessionStore } from '../sessions/store.ts'
import type { StatusStore } from '../status/store.ts'
import type { WebhookStore } from '../webhooks/store.ts'

/** The numbers removed, and how long it took. */
export type CleanUpReport = Readonly<
  Record<
    | 'accounts'
    | 'entries'
    | 'sessions'
    | 'devices'
    | 'letters'
    | 'links'
    | 'pendingSignIns'
    | 'alerts'
    | 'periods'
    | 'seconds',
    number
  >
>

export const createCleanUp = (
  deps: DeleteAccountDeps &
    RetentionDeps & {
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
      readonly audit: AuditStore
      readonly meter: Meter
      readonly closures: Pick<ClosureStore, 'listDue'>
    },
) => {
  const run = async (): Promise<CleanUpReport> => {
    const startedAt = performance.now()
    const accounts = await deleteDueAccounts(deps)
    const removed = await cleanUp(deps, deps.clock.now())
    const entries = await cutAudit(deps)
    const rows = { accounts, ...removed, entries }
    for (const table of cleanedTables) deps.meter.add('cleaned_rows_total', { table }, rows[table])
    return { ...rows, seconds: Math.round((performance.now() - startedAt) / 100) / 10 }
  }
  return {
    run,
    /** On record before it begins: it works in many small transactions. */
    ask: async (by: Actor): Promise<CleanUpReport> => {
      const details = { by: nameActor(by) }
      await deps.audit.append([auditEntry(noContext, { action: 'system:clean-up', at: deps.clock.now(), details })])
      const report = await run()
      deps.log.info({ ...details, ...report }, 'a clean-up is done')
      return report
    },
  }
}

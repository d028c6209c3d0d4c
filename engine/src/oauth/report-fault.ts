// What a provider did wrong, for those who run the site: in the log, and on record (OAU-4).
import type { Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import { failedFlow } from './failed-flow.ts'
import type { ProviderFault } from './provider-fault.ts'
import type { Linking } from './store.ts'

export type ReportFaultDeps = { readonly log: Log; readonly audit: AuditStore; readonly clock: Clock }

type Flow = { readonly provider: string; readonly linking: Linking | null; readonly context: Context }

/**
 * Before anybody was sent there. What is refused then is refused to everybody: its addresses, or what it says of itself, are not
 * what was set.
 */
export const reportStart = async (deps: ReportFaultDeps, flow: Flow, fault: ProviderFault): Promise<void> => {
  const { error, says, cause } = fault
  const fields = { provider: flow.provider, error, says, ...(cause !== undefined && { err: cause }) }
  if (error === 'provider_refused')
    deps.log.error(
      { ...fields, alert: 'provider_settings' },
      'nobody can sign in with a provider: look at its settings',
    )
  else deps.log.warn(fields, 'nobody was sent to a provider')
  await deps.audit.append([
    failedFlow(deps, { provider: flow.provider, linking: flow.linking, context: flow.context, reason: error, says }),
  ])
}

import { type AnyActor, contextOf, nameActor } from '../audit/actor.ts'
import { auditEntry } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Transact } from '../primitives/transact.ts'
import { type ActorRefused, type NotFound, notFound } from '../roles/act-on-roles.ts'
import { type HolderStores, refuseUnlessHeld } from '../roles/refuse-unless-held.ts'
import type { AlertRow, AlertStore } from './store.ts'

export type AcknowledgeDeps = {
  readonly transact: Transact<
    HolderStores & { alerts: Pick<AlertStore, 'acknowledge'>; audit: Pick<AuditStore, 'append'> }
  >
  readonly clock: Clock
}

/**
 * Somebody has seen to it; on record with who. Refuses `not_found` (there is none, or somebody has already), and what whoever acts may
 * not: a user needs `system:admin`.
 */
export const acknowledgeAlert = (
  { transact, clock }: AcknowledgeDeps,
  id: string,
  by: AnyActor,
): Promise<{ readonly ok: true; readonly value: AlertRow } | ActorRefused | NotFound> =>
  transact(async (stores) => {
    const refusal = await refuseUnlessHeld(stores, by, 'system:admin')
    if (refusal) return refusal
    const now = clock.now()
    const alert = await stores.alerts.acknowledge(id, { at: now, name: nameActor(by) })
    if (!alert) return notFound
    const { rule, subject } = alert
    const act = { action: 'alert:acknowledge', at: now, resource: 'alert', resourceId: id }
    await stores.audit.append([auditEntry(contextOf(by), { ...act, details: { by: nameActor(by), rule, subject } })])
    return { ok: true, value: alert }
  })

import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Identity, IdentityStore } from '../identities/store.ts'
import type { UserId } from '../primitives/ids.ts'

/** Disconnects every account at a provider, in the transaction of an act that holds the account's row. Gives those that went. */
export const removeIdentities = async (
  { identities, audit }: { readonly identities: Pick<IdentityStore, 'removeAll'>; readonly audit: AuditStore },
  userId: UserId,
  { reason, now, context }: { readonly reason: string; readonly now: number; readonly context: Context },
): Promise<readonly Identity[]> => {
  const removed = await identities.removeAll(userId)
  const entries = removed.map(({ id: resourceId, provider }) => {
    const act = { action: 'identity:unlink', at: now, userId, resource: 'identity', resourceId }
    return auditEntry(context, { ...act, details: { provider, reason } })
  })
  await audit.append(entries)
  return removed
}

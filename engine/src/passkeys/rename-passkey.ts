import type { Passkey } from '@vigile/contract'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { UserId } from '../primitives/ids.ts'
import type { Transact } from '../primitives/transact.ts'
import { presentPasskey } from './present-passkey.ts'
import type { PasskeyStore } from './store.ts'

/** Gives one of the user's passkeys another name. Null: the user has no such passkey. */
export const renamePasskey = (
  deps: { readonly transact: Transact<{ passkeys: PasskeyStore; audit: AuditStore }>; readonly clock: Clock },
  input: { readonly userId: UserId; readonly id: string; readonly name: string; readonly context: Context },
): Promise<Passkey | null> => {
  const { userId, id, name, context } = input
  return deps.transact(async ({ passkeys, audit }) => {
    const renamed = await passkeys.rename(userId, id, name)
    if (!renamed) return null
    const act = { action: 'factor:rename', at: deps.clock.now(), userId, resource: 'passkey', resourceId: id }
    await audit.append([auditEntry(context, { ...act, details: { factor: 'passkey', name } })])
    return presentPasskey(renamed)
  })
}

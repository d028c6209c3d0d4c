import type { Passkey } from '@vigile/contract'
import { type BySession, lockOwner } from '../accounts/lock-owner.ts'
import type { AccountStore } from '../accounts/store.ts'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Transact } from '../primitives/transact.ts'
import type { SessionStore } from '../sessions/store.ts'
import { presentPasskey } from './present-passkey.ts'
import type { PasskeyStore } from './store.ts'

/** Gives one of the user's passkeys another name. Refuses `not_found`, and `unauthenticated`: the session was ended meanwhile. */
export const renamePasskey = (
  deps: {
    readonly transact: Transact<{
      accounts: AccountStore
      sessions: SessionStore
      passkeys: PasskeyStore
      audit: AuditStore
    }>
    readonly clock: Clock
  },
  input: BySession & { readonly id: string; readonly name: string; readonly context: Context },
): Promise<Passkey | 'not_found' | 'unauthenticated'> => {
  const { userId, id, name, context } = input
  return deps.transact(async (stores) => {
    const { passkeys, audit } = stores
    if (!(await lockOwner(stores, input))) return 'unauthenticated'
    const renamed = await passkeys.rename(userId, id, name)
    if (!renamed) return 'not_found'
    const act = { action: 'factor:rename', at: deps.clock.now(), userId, resource: 'passkey', resourceId: id }
    await audit.append([auditEntry(context, { ...act, details: { factor: 'passkey', name } })])
    return presentPasskey(renamed)
  })
}

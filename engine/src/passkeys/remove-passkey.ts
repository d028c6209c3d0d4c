import type { Locale } from '@vigile/contract'
import { postNotice } from '../accounts/post-notice.ts'
import { auditEntry, type Context } from '../audit/entry.ts'
import type { UserId } from '../primitives/ids.ts'
import type { AddPasskeyDeps } from './add-passkey.ts'

/** Removes one of the user's passkeys. False: the user has no such passkey. */
export const removePasskey = async (
  deps: Pick<AddPasskeyDeps, 'transact' | 'clock' | 'keyring' | 'mailPosted'>,
  input: { readonly userId: UserId; readonly id: string; readonly context: Context; readonly locale: Locale },
): Promise<boolean> => {
  const { userId, id, context, locale } = input
  const now = deps.clock.now()
  const isRemoved = await deps.transact(async ({ accounts, passkeys, oneTimeTokens, outbox, audit }) => {
    const account = await accounts.lockActive(userId)
    const removed = account && (await passkeys.remove(userId, id))
    if (!removed) return false
    const act = { action: 'factor:remove', at: now, userId, resource: 'passkey', resourceId: id }
    await audit.append([auditEntry(context, { ...act, details: { factor: 'passkey', name: removed.name } })])
    const notice = { kind: 'factor_removed', factor: 'passkey' } as const
    await postNotice(deps, { oneTimeTokens, outbox }, { notice, account, now, context, locale })
    return true
  })
  if (isRemoved) deps.mailPosted()
  return isRemoved
}

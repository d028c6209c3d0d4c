// What others have set up in an account goes, and all of it (H-3, S-16).
import type { UserId } from '../primitives/ids.ts'
import type { RecoveryCodeStore, TotpStore } from '../second-factor/store.ts'
import type { AccountStore } from './store.ts'

/** As far as accounts need to know of passkeys. */
export type HeldPasskeys = {
  listOfUser(userId: UserId): Promise<readonly { readonly id: string; readonly createdAt: number }[]>
  remove(userId: UserId, id: string): Promise<unknown>
}

export type RemoveSinceStores = {
  readonly accounts: Pick<AccountStore, 'forgetDevices'>
  readonly passkeys: HeldPasskeys
  readonly totp: Pick<TotpStore, 'find' | 'remove'>
  readonly recoveryCodes: Pick<RecoveryCodeStore, 'removeAll'>
}

/**
 * Takes away what came at `since` (epoch milliseconds) or later: passkeys, the authenticator app, recovery codes, known browsers. 0: all
 * there is, when a mailbox is proven for the first time, and by nothing that whoever made the account knows. Sessions and the
 * password are the caller's to end.
 */
export const removeSince = async (
  { accounts, passkeys, totp, recoveryCodes }: RemoveSinceStores,
  userId: UserId,
  since: number,
): Promise<void> => {
  for (const { id, createdAt } of await passkeys.listOfUser(userId))
    if (createdAt >= since) await passkeys.remove(userId, id)
  const app = await totp.find(userId)
  if (app && app.createdAt >= since) await totp.remove(userId)
  await recoveryCodes.removeAll(userId, since)
  await accounts.forgetDevices(userId, since)
}

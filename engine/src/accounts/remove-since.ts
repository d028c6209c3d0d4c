// What somebody else has set up in an account goes (S-16).
import type { UserId } from '../primitives/ids.ts'
import type { RecoveryCodeStore, TotpStore } from '../second-factor/store.ts'

/** As far as accounts need to know of passkeys. */
export type HeldPasskeys = {
  listOfUser(userId: UserId): Promise<readonly { readonly id: string; readonly createdAt: number }[]>
  remove(userId: UserId, id: string): Promise<unknown>
}

export type RemoveSinceStores = {
  readonly passkeys: HeldPasskeys
  readonly totp: Pick<TotpStore, 'find' | 'remove'>
  readonly recoveryCodes: Pick<RecoveryCodeStore, 'removeAll'>
}

/** Takes away the passkeys, the authenticator app and the recovery codes that came at `since` (epoch milliseconds) or later. */
export const removeSince = async (
  { passkeys, totp, recoveryCodes }: RemoveSinceStores,
  userId: UserId,
  since: number,
): Promise<void> => {
  for (const { id, createdAt } of await passkeys.listOfUser(userId))
    if (createdAt >= since) await passkeys.remove(userId, id)
  const app = await totp.find(userId)
  if (app && app.createdAt >= since) await totp.remove(userId)
  await recoveryCodes.removeAll(userId, since)
}

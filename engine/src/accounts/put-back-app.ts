import type { UserId } from '../primitives/ids.ts'
import type { TotpStore } from '../second-factor/store.ts'
import type { ToldOf } from './post-notice.ts'

/**
 * Puts the authenticator app back that the account had at `since` (epoch milliseconds) and that another one has replaced since: to
 * take the other one away must not leave the account without the factor that it had, or a mailbox by itself would get around it as
 * soon as its owner changes phones (S-18). False: there is nothing to put back.
 */
export const putBackApp = async (
  { totp }: { readonly totp: Pick<TotpStore, 'find' | 'put'> },
  userId: UserId,
  { told, since }: { readonly told: readonly ToldOf[]; readonly since: number },
): Promise<boolean> => {
  const former = told.find((one) => one.since >= since && (one.formerApp?.createdAt ?? since) < since)?.formerApp
  if (!former || (await totp.find(userId))) return false
  await totp.put({ userId, ...former })
  return true
}

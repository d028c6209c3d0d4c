import type { OneTimeTokenStore, Purpose } from '../one-time-tokens/store.ts'
import type { UserId } from '../primitives/ids.ts'

const waysIn: readonly Purpose[] = ['reset_password', 'magic_link', 'change_email']

/**
 * Ends the links under way that open the account or move it to another address: those asked for before a new password or a new email
 * are not to outlive it, whoever asked. In the transaction of the act, after it has locked the account's row. "This was not me"
 * stays: it is for whoever reads the mail.
 */
export const endLinks = async (
  oneTimeTokens: Pick<OneTimeTokenStore, 'endAll'>,
  userId: UserId,
  now: number,
): Promise<void> => {
  for (const purpose of waysIn) await oneTimeTokens.endAll(userId, purpose, now)
}

import type { UserId } from '../primitives/ids.ts'
import { createOneTimeToken, lifeMs, type OneTimeToken, oneTimeTokenHash } from './one-time-token.ts'
import type { OneTimeTokenStore, Purpose } from './store.ts'

/**
 * A new token for a link, stored as its hash. `userId` null: of an address that has no account; the same statement, and a token
 * that opens nothing (S-13). `expiresAt`: epoch milliseconds.
 */
export const issueToken = async (
  store: Pick<OneTimeTokenStore, 'insert'>,
  input: {
    readonly purpose: Purpose
    readonly userId: UserId | null
    readonly emailKey: string
    readonly about?: string
    readonly now: number
    /** Where the purpose's own life is not what is wanted. */
    readonly expiresAt?: number
  },
): Promise<{ readonly token: OneTimeToken; readonly expiresAt: number }> => {
  const { purpose, userId, emailKey, about = null, now, expiresAt = now + lifeMs[purpose] } = input
  const token = createOneTimeToken()
  const tokenHash = oneTimeTokenHash(purpose, token)
  await store.insert({ tokenHash, purpose, userId, emailKey, about, createdAt: now, expiresAt })
  return { token, expiresAt }
}

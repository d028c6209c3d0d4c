// What this node holds of accounts (ACC-9): what their owners see of them, and no hash.
import type { User } from '@vigile/contract'
import type { Channel } from '../primitives/channel.ts'
import type { UserId } from '../primitives/ids.ts'
import { createLiveCache, type LiveCache } from '../primitives/live-cache.ts'
import { presentUser } from './present-user.ts'
import type { AccountStore } from './store.ts'

/** An hour at most; dropped on every node when the account changes. */
const maxAgeMs = 3_600_000
const maxEntries = 50_000

export type LiveAccounts = LiveCache<UserId, User>

export const createLiveAccounts = (deps: {
  readonly accounts: Pick<AccountStore, 'findMany'>
  readonly channel: Channel
}): LiveAccounts =>
  createLiveCache({
    kind: 'user',
    channel: deps.channel,
    maxAgeMs,
    maxEntries,
    loadMany: async (ids) =>
      new Map((await deps.accounts.findMany(ids)).map((account) => [account.id, presentUser(account)])),
  })

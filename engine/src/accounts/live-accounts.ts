// What this node holds of accounts (ACC-9): what their owners see of them, and no hash.
import type { User } from '@vigile/contract'
import type { Channel } from '../primitives/channel.ts'
import type { UserId } from '../primitives/ids.ts'
import { createLiveCache, type LiveCache } from '../primitives/live-cache.ts'
import { presentUser } from './present-user.ts'
import type { AccountStore } from './store.ts'

/**
 * An hour at most; dropped on every node when the account changes. A node that could not tell the others is obeyed within the
 * 3 s and one look-up of sessions (TOK-6) all the same: each look-up of a session says which version its account has.
 */
const maxAgeMs = 3_600_000
const maxEntries = 50_000

export type LiveAccounts = Pick<LiveCache<UserId, User>, 'peek' | 'get'> & {
  /** What is held of another version than the one that was just seen is dropped. */
  saw(id: UserId, version: number): void
}

export const createLiveAccounts = (deps: {
  readonly accounts: Pick<AccountStore, 'findMany'>
  readonly channel: Channel
}): LiveAccounts => {
  const held = createLiveCache<UserId, { readonly user: User; readonly version: number }>({
    kind: 'user',
    channel: deps.channel,
    maxAgeMs,
    maxEntries,
    loadMany: async (ids) =>
      new Map(
        (await deps.accounts.findMany(ids)).map((account) => [
          account.id,
          { user: presentUser(account), version: account.updatedAt },
        ]),
      ),
  })
  return {
    peek: (id) => held.peek(id)?.user,
    get: async (id) => (await held.get(id))?.user ?? null,
    saw: (id, version) => {
      const known = held.peek(id)
      if (known && known.version !== version) held.drop(id)
    },
  }
}

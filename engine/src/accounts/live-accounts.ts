// What this node holds of accounts (ACC-9): what their owners see of them and which roles they have, and no hash.
import type { User } from '@vigile/contract'
import type { Channel } from '../primitives/channel.ts'
import type { UserId } from '../primitives/ids.ts'
import { createLiveCache, type LiveCache } from '../primitives/live-cache.ts'
import type { Assignment, RoleStore } from '../roles/store.ts'
import { presentUser } from './present-user.ts'
import type { AccountStore } from './store.ts'

/**
 * An hour at most; dropped on every node when the account changes. A node that could not tell the others is obeyed within the
 * 3 s and one look-up of sessions (TOK-6) all the same: each look-up of a session says which version its account has.
 */
const maxAgeMs = 3_600_000
const maxEntries = 50_000

export type LiveAccount = {
  readonly user: User
  readonly isActive: boolean
  readonly assignments: readonly Assignment[]
}

export type LiveAccounts = Pick<LiveCache<UserId, LiveAccount>, 'peek' | 'get'> & {
  /** What is held of another version than the one that was just seen is dropped. */
  saw(id: UserId, version: number): void
}

export const createLiveAccounts = (deps: {
  readonly accounts: Pick<AccountStore, 'findMany'>
  readonly roles: Pick<RoleStore, 'assignments'>
  readonly channel: Channel
}): LiveAccounts => {
  const held = createLiveCache<UserId, LiveAccount & { readonly version: number }>({
    kind: 'user',
    channel: deps.channel,
    maxAgeMs,
    maxEntries,
    loadMany: async (ids) => {
      // In this order: roles may be newer than the version that they are held under, and never older.
      const accounts = await deps.accounts.findMany(ids)
      const assignments = await deps.roles.assignments(ids)
      return new Map(
        accounts.map((account) => [
          account.id,
          {
            user: presentUser(account),
            isActive: account.isActive,
            assignments: assignments.get(account.id) ?? [],
            version: account.updatedAt,
          },
        ]),
      )
    },
  })
  return {
    peek: held.peek,
    get: held.get,
    saw: (id, version) => {
      const known = held.peek(id)
      if (known && known.version !== version) held.drop(id)
    },
  }
}

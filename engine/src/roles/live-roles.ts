// What this node holds of roles: all of them, since they are few and every check asks.
import type { Channel } from '../primitives/channel.ts'
import { createLiveCache } from '../primitives/live-cache.ts'
import type { Role, RoleStore } from './store.ts'

/** RBAC-4; dropped on every node when a role changes, and where a node was not told within 3 s and one look-up of a session. */
const maxAgeMs = 3_600_000
const all = 'all'

export type LiveRoles = {
  get(): Promise<readonly Role[]>
  /** What is held of another version than the one that was just seen is dropped. */
  saw(version: number): void
}

export const createLiveRoles = (deps: {
  readonly roles: Pick<RoleStore, 'list'>
  readonly channel: Channel
}): LiveRoles => {
  const held = createLiveCache<typeof all, { readonly roles: readonly Role[]; readonly version: number }>({
    kind: 'roles',
    channel: deps.channel,
    maxAgeMs,
    maxEntries: 1,
    loadMany: async () => new Map([[all, await deps.roles.list()]]),
  })
  return {
    get: async () => (held.peek(all) ?? (await held.get(all)))?.roles ?? [],
    saw: (version) => {
      const known = held.peek(all)
      if (known && known.version !== version) held.drop(all)
    },
  }
}

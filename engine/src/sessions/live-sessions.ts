// What this node holds of recently seen sessions, so that most checks ask nobody (PROTOCOL.md, "Revocation everywhere").
import type { Channel } from '../primitives/channel.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import { createLiveCache, type LiveCache } from '../primitives/live-cache.ts'
import type { SessionRow, SessionStore } from './store.ts'

/** TOK-6: a node that can't tell the others (its Redis is away) is obeyed within 3 s and one look-up all the same. */
const maxAgeMs = 3_000
const maxEntries = 100_000

export type LiveSessions = LiveCache<SessionId, SessionRow>

export const createLiveSessions = (deps: {
  readonly sessions: Pick<SessionStore, 'findManyWithVersions'>
  readonly channel: Channel
  /** Hears which version an account has, with each look-up of a session of it. */
  readonly sawAccount: (id: UserId, version: number) => void
  /** The same of the roles. */
  readonly sawRoles: (version: number) => void
}): LiveSessions =>
  createLiveCache({
    kind: 'session',
    channel: deps.channel,
    maxAgeMs,
    maxEntries,
    loadMany: async (ids) => {
      const { sessions, versions, rolesVersion } = await deps.sessions.findManyWithVersions(ids)
      if (sessions.length > 0) deps.sawRoles(rolesVersion)
      for (const [id, version] of versions) deps.sawAccount(id, version)
      return new Map(sessions.map((session) => [session.id, session]))
    },
  })

// Sessions, keys and the record, for administrators.
import type { AccountActDeps } from '../accounts/acts-on-accounts.ts'
import { endEveryonesSessions } from '../accounts/end-everyones-sessions.ts'
import { endSession } from '../accounts/end-session.ts'
import { cursorOf, parseCursor } from '../audit/cursor.ts'
import { searchAudit } from '../audit/search.ts'
import type { AuditStore } from '../audit/store.ts'
import { ActorRefusedError, createKeys } from '../operator/keys.ts'
import { parseSessionId, parseUserId } from '../primitives/ids.ts'
import { presentSession } from '../sessions/present-session.ts'
import type { SessionStore } from '../sessions/store.ts'
import { actorOf, type RecordLook, refused } from './administration.ts'
import { type AuditExportDeps, createAuditExport, filterOf } from './audit-export.ts'
import type { Call } from './call.ts'
import { answer, type Outcome, refuse } from './outcome.ts'
import type { PermittedSession } from './permitted.ts'
import type { InputOf } from './read-input.ts'

export type AdminSiteDeps = AccountActDeps &
  AuditExportDeps &
  Parameters<typeof createKeys>[0] & {
    readonly sessions: SessionStore
    readonly audit: AuditStore
    readonly recordLook: RecordLook
  }

const pageSize = 50

export const createAdminSiteHandlers = (deps: AdminSiteDeps) => {
  const keys = createKeys(deps)
  return {
    sessions: async (call: Call, as: PermittedSession, { query }: InputOf<'adminSessions'>): Promise<Outcome> => {
      const { user, ip, limit = pageSize } = query
      const after = parseCursor(query.after ?? '')
      const userId = user === undefined ? undefined : parseUserId(user)
      if (userId === null) return answer(200, { json: { sessions: [], next: null } })
      await deps.recordLook(call, as, 'session:list', userId && { resource: 'user', resourceId: userId })
      const live = await deps.sessions.listEveryones({
        ...{ after, limit, now: deps.clock.now() },
        ...(userId !== undefined && { userId }),
        ...(ip !== undefined && { ip }),
      })
      const last = live.length === limit ? live.at(-1) : undefined
      const sessions = live.map((session) => ({ ...presentSession(session), userId: session.userId }))
      return answer(200, { json: { sessions, next: last ? cursorOf({ at: last.createdAt, id: last.id }) : null } })
    },

    endSession: async (call: Call, as: PermittedSession, { params }: InputOf<'endSessionOfUser'>): Promise<Outcome> => {
      const id = parseSessionId(params.id)
      if (id === null) return refuse('not_found')
      const ended = await endSession(deps, id, actorOf(call, as))
      return ended.ok ? answer(204) : refused(ended)
    },

    endEveryones: async (call: Call, as: PermittedSession): Promise<Outcome> => {
      const ended = await endEveryonesSessions(deps, actorOf(call, as))
      return ended.ok ? answer(200, { json: ended.value }) : refused(ended)
    },

    keys: async (): Promise<Outcome> => answer(200, { json: { keys: await keys.list() } }),

    rotate: async (call: Call, as: PermittedSession): Promise<Outcome> => {
      try {
        return answer(200, { json: await keys.rotate(actorOf(call, as)) })
      } catch (error) {
        if (error instanceof ActorRefusedError) return refused(error.refusal)
        throw error
      }
    },

    audit: async (call: Call, as: PermittedSession, { query }: InputOf<'adminAudit'>): Promise<Outcome> => {
      const { after, limit, ...asked } = query
      await deps.recordLook(call, as, 'audit:read')
      const page = await searchAudit(deps, {
        ...filterOf(asked),
        ...(after !== undefined && { after }),
        ...(limit !== undefined && { limit }),
      })
      return answer(200, { json: page })
    },

    exportAudit: createAuditExport(deps),
  }
}

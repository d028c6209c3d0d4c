// The record as a file, for administrators: the act of `vigile audit export`, for as long as whoever asked may have it.
import type { EnginePermission } from '@vigile/contract'
import { exportAudit } from '../audit/export.ts'
import type { AuditStore, Filter } from '../audit/store.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import { lives, refuseLacking } from '../roles/act-on-roles.ts'
import { heldPermissions } from '../roles/held-permissions.ts'
import type { RoleStore } from '../roles/store.ts'
import type { SessionStore } from '../sessions/store.ts'
import { actorOf } from './administration.ts'
import type { Call } from './call.ts'
import { answer, type Outcome, refuse } from './outcome.ts'
import type { PermittedSession } from './permitted.ts'
import type { InputOf } from './read-input.ts'
import { streamLines } from './stream-lines.ts'

/** On a node: each reads pages as fast as its client takes them. */
const maxAtOnce = 4
/** No page is begun later. */
const maxMs = 10 * 60_000
/** A client that reads too slowly even then holds a place no longer. */
const maxReadMs = maxMs + 2 * 60_000

const permission: EnginePermission = 'audit:read'

const contentTypes = { csv: 'text/csv; charset=utf-8; header=present', jsonl: 'application/jsonl; charset=utf-8' }

export type AuditExportDeps = {
  readonly audit: Pick<AuditStore, 'search' | 'append'>
  readonly sessions: Pick<SessionStore, 'find'>
  readonly roles: RoleStore
  readonly clock: Clock
  readonly log: Log
}

/** The filter that a query asks for. */
export const filterOf = ({
  user,
  by,
  failed,
  ...filter
}: Omit<InputOf<'adminAudit'>['query'], 'after' | 'limit'>): Filter => ({
  ...Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)),
  ...(user !== undefined && { userId: user }),
  ...(by !== undefined && { actorId: by }),
  ...(failed !== undefined && { failed: true }),
})

export const createAuditExport = (deps: AuditExportDeps) => {
  let underWay = 0
  return async (call: Call, as: PermittedSession, { query }: InputOf<'exportAudit'>): Promise<Outcome> => {
    const { format = 'jsonl', ...asked } = query
    const day = new Date(deps.clock.now()).toISOString().slice(0, 10)
    const headers = {
      'Content-Type': contentTypes[format],
      'Content-Disposition': `attachment; filename="audit-${day}.${format}"`,
    }
    if (call.request.method === 'HEAD') return answer(200, { headers })
    if (underWay >= maxAtOnce) return refuse('rate_limited', { retryAfterSeconds: 60 })

    const by = actorOf(call, as)
    const until = deps.clock.now() + maxMs
    // TOK-5: neither a session that is over nor a permission that is gone gets another page.
    const goesOn = async () =>
      deps.clock.now() < until &&
      (await lives(deps, by)) &&
      refuseLacking(by, await heldPermissions(deps.roles, by.id), [permission]) === null
    underWay += 1
    const end = (error?: unknown) => {
      underWay -= 1
      if (error) deps.log.error({ err: error, requestId: call.requestId }, 'an export of the audit log broke off')
    }
    const lines = exportAudit(deps, { ...filterOf(asked), format }, by, goesOn)
    const stream = await streamLines(lines, { maxMs: maxReadMs, end })
    // The answer has been 503 by now: nobody will read this one.
    if (call.leftMs() <= 0) await stream.cancel()
    return answer(200, { headers, stream })
  }
}

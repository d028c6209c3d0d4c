import type { Locale } from '@vigile/contract'
import { randomToken } from '../primitives/random.ts'
import type { AuditEntry } from './store.ts'

/** Where a request came from, as far as the record needs it. */
export type Context = {
  readonly ip: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
  /** The user who acts on others, or on the site: address and browser are theirs. Left out: whom it concerns, or nobody known. */
  readonly actorId?: string
  /** The language of whoever asked: of letters to whoever has none of their own. Not for the record. */
  readonly locale?: Locale
}

/** For acts that no request asked for: commands and jobs. */
export const noContext: Context = { ip: null, userAgent: null, requestId: null }

/** An entry for one act. `details` are plain data and never hold a secret. */
export const auditEntry = (
  context: Context,
  act: {
    readonly action: string
    readonly at: number
    readonly userId?: string | null
    readonly resource?: string
    readonly resourceId?: string
    readonly details?: Readonly<Record<string, unknown>>
  },
): AuditEntry => ({
  id: randomToken(16),
  at: act.at,
  userId: act.userId ?? null,
  actorId: context.actorId ?? null,
  action: act.action,
  resource: act.resource ?? null,
  resourceId: act.resourceId ?? null,
  details: act.details ?? {},
  ip: context.ip,
  userAgent: context.userAgent?.slice(0, 512) ?? null,
  requestId: context.requestId,
})

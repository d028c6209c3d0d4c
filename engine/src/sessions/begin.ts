// Begins a session inside the transaction of the act that proves who the user is.

import type { Context } from '../audit/entry.ts'
import type { AuditStore } from '../audit/store.ts'
import type { BoundKey } from '../binding/bound-key.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import type { AccessTokens } from './access-token.ts'
import { type AccessGrant, grantAccess, grantRefresh, newSession, type RefreshGrant } from './issue.ts'
import type { SessionPolicy } from './policy.ts'
import { recordRevocations, withReplaced } from './revoke.ts'
import type { SessionRow, SessionStore } from './store.ts'

export type BeginDeps = {
  readonly keyring: Keyring
  readonly accessTokens: AccessTokens
  readonly policy: SessionPolicy
}

/** A session just begun, with the tokens to hand out. */
export type Begun = {
  readonly session: SessionRow
  readonly access: AccessGrant
  readonly refresh: RefreshGrant
  /** Sessions that ended with it: to be announced after the commit. */
  readonly ended: readonly SessionId[]
  readonly now: number
}

/**
 * Ends the sessions that this browser held (`ends`), ends the least recently used ones above the limit of the user, and
 * inserts the new one. The caller has locked the user's row, so parallel sign-ins can't pass the limit.
 */
export const beginSession = async (
  deps: BeginDeps,
  stores: { readonly sessions: SessionStore; readonly audit: AuditStore },
  input: {
    readonly userId: UserId
    readonly now: number
    readonly context: Context
    readonly ends: readonly SessionId[]
    /** The key that came with the sign-in, or null. */
    readonly boundKey: BoundKey | null
    /** When the user last proved who they are, with all that is needed; default: now. */
    readonly authenticatedAt?: number
    /** Whether a second factor was proved then; default: no. */
    readonly secondFactor?: boolean
  },
): Promise<Begun> => {
  const { userId, now, context } = input
  const { sessions, audit } = stores
  // One key for the row and the token: the newest may change while this waits for the database.
  const key = deps.keyring.newest()
  const ends = input.ends.length > 0 ? await withReplaced(sessions, await endable(sessions, input)) : []
  const replaced = ends.length > 0 ? await sessions.revoke(ends, 'replaced', now) : []
  const { perUser } = deps.policy
  const isLimited = perUser !== Number.POSITIVE_INFINITY
  const evicted = isLimited ? await sessions.revokeAbove(userId, perUser - 1, 'session_limit', now) : []
  const session = newSession(deps.policy, { ...input, keyId: key.id, origin: context, replaces: null })
  await sessions.insert(session)
  await recordRevocations(audit, replaced, { reason: 'replaced', now, context })
  await recordRevocations(audit, evicted, { reason: 'session_limit', now, context })
  return {
    session,
    access: await grantAccess(deps, session, now),
    refresh: grantRefresh(key, session),
    ended: [...ends, ...evicted.map(({ id }) => id)],
    now,
  }
}

/** Who only copied the cookies of someone's bound session can't end it by a sign-in of his own. */
const endable = async (
  sessions: SessionStore,
  { ends, userId, boundKey }: { ends: readonly SessionId[]; userId: UserId; boundKey: BoundKey | null },
): Promise<readonly SessionId[]> =>
  (await sessions.findMany(ends)).sessions
    .filter((held) => held.boundKey === null || held.boundKey === boundKey || held.userId === userId)
    .map(({ id }) => id)

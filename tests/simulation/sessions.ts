// Beginning, granting and ending: the rows of the database, and what is handed out for them.
import type { SessionEndReason } from '@vigile/contract'
import type { SessionChange } from '../../engine/src/sessions/store.ts'
import type { Database, Row } from './database.ts'
import { fingerprintOf, type Token } from './jar.ts'
import { policy } from './policy.ts'
import type { Timeline } from './timeline.ts'
import type { Answer } from './wire.ts'
import type { Witness } from './witness.ts'

export type Sessions = ReturnType<typeof createSessions>

const { accessSeconds, idleSeconds, absoluteSeconds } = policy

export function createSessions(database: Database, { now }: Pick<Timeline, 'now'>, witness: Witness) {
  let count = 0

  const grant = (row: Row, token: Token, issued: boolean): Answer => {
    const { id, idleExpiresAt } = row
    // Of the refresh token that the jar holds beside it: an earlier sibling must not confirm a later one.
    const { generation, issue } = token
    const expiresAt = Math.min(now() + accessSeconds * 1000, idleExpiresAt, row.expiresAt)
    const expiresIn = Math.max(0, Math.floor((expiresAt - now()) / 1000))
    const access = { sessionId: id, generation, issue, expiresAt }
    return {
      status: 200,
      body: { expiresIn, rotated: issued, fingerprint: fingerprintOf(token) },
      set: { access, ...(issued && { refresh: token }), lifeMs: idleExpiresAt - now() },
    }
  }

  const revoke = (id: string, reason: SessionEndReason): boolean => {
    const revoked = database.revoke(id, reason, now())
    if (revoked) witness.ended(id, reason)
    return revoked
  }

  return {
    grant,
    revoke,
    /** A new session and the answer that carries it. */
    begin(keyId: string, replaces: string | null): Answer {
      const row: Row = {
        id: `s${++count}`,
        generation: 0,
        issue: 0,
        winner: null,
        previousWinner: null,
        rotatedAt: now(),
        issuedAt: now(),
        durable: false,
        keyId,
        replaces,
        idleExpiresAt: now() + idleSeconds * 1000,
        expiresAt: now() + absoluteSeconds * 1000,
        revokedAt: null,
        revokedReason: null,
      }
      database.insert(row)
      return grant(row, { sessionId: row.id, generation: 0, issue: 0, keyId }, true)
    },
    /** As `applyChange`: the first proof that an elevated session's token arrived ends the session that it replaces. */
    apply(read: Row, change: SessionChange): boolean {
      const proves = typeof change.winner === 'number' || typeof change.previousWinner === 'number'
      const replaced = proves ? read.replaces : null
      const changed = database.change(read, replaced === null ? change : { ...change, replaces: null })
      if (changed && replaced !== null) revoke(replaced, 'replaced')
      return changed
    },
    /** With the session that it replaces, which lived on only till this one was proven to have arrived. */
    end(id: string, reason: SessionEndReason) {
      const replaces = database.find(id)?.replaces
      revoke(id, reason)
      if (replaces) revoke(replaces, reason)
    },
  }
}

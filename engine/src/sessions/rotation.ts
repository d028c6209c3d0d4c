// The decision of PROTOCOL.md: what a presented refresh token means. Pure: no I/O, no clock, no randomness.
import type { SessionEndReason } from '@vigile/contract'
import { impliedDurableMs, type SessionPolicy } from './policy.ts'
import type { SessionChange, SessionRow } from './store.ts'

/** The part of a session that decisions read. */
export type SessionState = Pick<
  SessionRow,
  | 'generation'
  | 'issue'
  | 'winner'
  | 'previousWinner'
  | 'rotatedAt'
  | 'issuedAt'
  | 'durable'
  | 'keyId'
  | 'idleExpiresAt'
  | 'expiresAt'
  | 'revokedAt'
  | 'revokedReason'
>

/** A refresh token whose MAC was right, and what its sender says of it. */
export type Presented = {
  readonly generation: number
  readonly issue: number
  /** The MAC key that made it. */
  readonly keyId: string
  /** The client has asked again after a 409 and its jar still holds this token. */
  readonly retry: boolean
  /** The client has been awake for D since this token landed. */
  readonly settled: boolean
}

/** Rows of the table in PROTOCOL.md, for records and tests. */
export type Row = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10

export type Alert = 'commits_lost' | 'many_siblings' | 'reuse'

export type Decision =
  | { readonly action: 'ended'; readonly reason: SessionEndReason }
  /** A new access token and no refresh cookie. */
  | {
      readonly action: 'access'
      readonly row: Row
      readonly change: SessionChange | null
      readonly alert: Alert | null
    }
  /** A refresh cookie: the token (generation, issue) made with `keyId`. */
  | {
      readonly action: 'issue'
      readonly row: Row
      readonly generation: number
      readonly issue: number
      readonly keyId: string
      readonly change: SessionChange | null
      readonly alert: Alert | null
    }
  | { readonly action: 'stale'; readonly row: Row }
  | { readonly action: 'revoke'; readonly row: Row }

/** What refresh reads besides the session: lives, constants, and the MAC key that new generations are made with. */
export type RotationPolicy = SessionPolicy & { readonly newestKeyId: string }

/** Why the session is over, or null while it lives. An end includes its own moment. */
export const sessionEnd = (session: SessionState, now: number): SessionEndReason | null => {
  if (session.revokedAt !== null) return session.revokedReason ?? 'unknown'
  if (now >= session.expiresAt) return 'expired'
  if (now >= session.idleExpiresAt) return 'idle'
  return null
}

/**
 * Decides a refresh: first the ends, then the ten rows. Windows include their ends.
 * `decide(session, { generation: 3, issue: 0, … }, now, policy)` → `{ action: 'issue', row: 2, generation: 4, … }`
 */
export const decide = (session: SessionState, presented: Presented, now: number, policy: RotationPolicy): Decision => {
  const reason = sessionEnd(session, now)
  if (reason !== null) return { action: 'ended', reason }
  const { generation: p, issue: q } = presented
  const { generation: g, issue: i, winner: w } = session
  if (p > g || (p === g && q > i)) return fastForward(session, presented, now, policy)
  if (p === g) {
    if (w === null) return current({ ...session, winner: q }, presented, now, policy, 1)
    return q === w ? current(session, presented, now, policy, 2) : { action: 'revoke', row: 4 }
  }
  if (p < g - 1) return presented.retry ? { action: 'revoke', row: 10 } : { action: 'stale', row: 10 }
  return previous(session, presented, now, policy)
}

/** Rows 1 and 2: the current token, proven to have arrived. The same request may confirm, mark durable and rotate. */
const current = (
  session: SessionState,
  presented: Presented,
  now: number,
  policy: RotationPolicy,
  row: 1 | 2,
): Decision => {
  const confirmed: SessionChange = row === 1 ? { winner: session.winner } : {}
  const sinceIssue = now - session.issuedAt
  const durable = session.durable || presented.settled || sinceIssue >= impliedDurableMs(policy)
  if (!durable || sinceIssue < policy.protocol.rotationMs) {
    const change = durable === session.durable ? confirmed : { ...confirmed, durable }
    return { action: 'access', row, change: Object.keys(change).length === 0 ? null : change, alert: null }
  }
  const generation = session.generation + 1
  return {
    action: 'issue',
    row,
    generation,
    issue: 0,
    keyId: policy.newestKeyId,
    change: {
      previousWinner: session.winner,
      generation,
      issue: 0,
      winner: null,
      durable: false,
      keyId: policy.newestKeyId,
      ...beginning(session, now, policy),
    },
    alert: null,
  }
}

/** Row 3: the token is ahead of the row, so the database lost commits (failover, restored backup). */
const fastForward = (session: SessionState, presented: Presented, now: number, policy: RotationPolicy): Decision => ({
  action: 'access',
  row: 3,
  change: {
    generation: presented.generation,
    issue: presented.issue,
    winner: presented.issue,
    previousWinner: null,
    durable: false,
    keyId: presented.keyId,
    ...beginning(session, now, policy),
  },
  alert: 'commits_lost',
})

/** Rows 5 to 9: the token of the generation before. An unknown previous winner matches every issue. */
const previous = (session: SessionState, presented: Presented, now: number, policy: RotationPolicy): Decision => {
  const { previousWinner, winner, generation, issue, keyId } = session
  if (previousWinner !== null && presented.issue !== previousWinner) return { action: 'revoke', row: 9 }
  if (winner === null) {
    const { replayMs, burstMs } = policy.protocol
    const replay = now - session.rotatedAt <= replayMs || now - session.issuedAt <= burstMs
    return replay
      ? { action: 'issue', row: 5, generation, issue, keyId, change: null, alert: null }
      : sibling(session, now, policy, 6)
  }
  if (!presented.retry) return { action: 'stale', row: session.durable ? 8 : 7 }
  return session.durable ? { action: 'revoke', row: 8 } : sibling(session, now, policy, 7)
}

/** Another token of the same generation; the former one is presumed lost. */
const sibling = (session: SessionState, now: number, policy: RotationPolicy, row: 6 | 7): Decision => {
  const issue = session.issue + 1
  if (issue > policy.protocol.siblings) return { action: 'revoke', row }
  return {
    action: 'issue',
    row,
    generation: session.generation,
    issue,
    keyId: session.keyId,
    change: row === 7 ? { issue, issuedAt: now, winner: null } : { issue, issuedAt: now },
    alert: issue >= 3 ? 'many_siblings' : null,
  }
}

/** A generation begins now. Idle moves with it, never past the absolute end (I9, S-68). */
const beginning = (session: SessionState, now: number, policy: RotationPolicy) => ({
  rotatedAt: now,
  issuedAt: now,
  idleExpiresAt: Math.min(now + policy.idleSeconds * 1000, session.expiresAt),
})

export type AckDecision =
  | { readonly action: 'ended'; readonly reason: SessionEndReason }
  | { readonly action: 'noted'; readonly change: SessionChange | null }
  | { readonly action: 'stale' }

/** Decides an ack: it confirms or marks durable, and never issues, rotates, revokes, nor moves idle. */
export const decideAck = (session: SessionState, presented: Presented, now: number): AckDecision => {
  const reason = sessionEnd(session, now)
  if (reason !== null) return { action: 'ended', reason }
  const { generation, issue, winner } = session
  const durable = presented.settled && !session.durable ? { durable: true } : {}
  if (presented.generation !== generation) return { action: 'stale' }
  if (winner === null && presented.issue === issue) {
    return { action: 'noted', change: { winner: issue, ...durable } }
  }
  if (winner === presented.issue) {
    return { action: 'noted', change: Object.keys(durable).length === 0 ? null : durable }
  }
  return { action: 'stale' }
}

// The rules that others use, each with a plain client. They rotate at every refresh and hear no acks.
import {
  type Decision,
  type RotationPolicy,
  type SessionState,
  sessionEnd,
} from '../../../engine/src/sessions/rotation.ts'
import { second } from '../policy.ts'
import type { Rule } from './rule.ts'

const graceMs = 30 * second

const rotate = (session: SessionState, now: number, policy: RotationPolicy): Decision => {
  const { newestKeyId: keyId } = policy
  const generation = session.generation + 1
  const change = {
    generation,
    issue: 0,
    previousWinner: session.issue,
    keyId,
    rotatedAt: now,
    issuedAt: now,
    idleExpiresAt: Math.min(now + policy.idleSeconds * 1000, session.expiresAt),
  }
  return { action: 'issue', row: 2, generation, issue: 0, keyId, change, alert: null }
}

const reuse: Decision = { action: 'revoke', row: 9 }

const again = ({ generation, issue, keyId }: SessionState): Decision => ({
  action: 'issue',
  row: 5,
  generation,
  issue,
  keyId,
  change: null,
  alert: null,
})

/** The ends come first for everyone. */
const rule = (name: string, title: string, decide: Rule['decide']): Rule => ({
  name,
  title,
  client: 'plain',
  decide(session, presented, now, policy) {
    const reason = sessionEnd(session, now)
    return reason === null ? decide(session, presented, now, policy) : { action: 'ended', reason }
  },
  decideAck: () => ({ action: 'stale' }),
})

/** RFC 9700 section 4.14.2, read strictly: whatever is not the current token ends the session. */
export const strict = rule('strict', 'strict rotation', (session, presented, now, policy) =>
  presented.generation === session.generation ? rotate(session, now, policy) : reuse,
)

/** The previous token still gets the current one for 30 seconds. */
export const grace = rule('grace', '30 s grace window', (session, presented, now, policy) => {
  if (presented.generation === session.generation) return rotate(session, now, policy)
  const inTime = now - session.rotatedAt <= graceMs
  return presented.generation === session.generation - 1 && inTime ? again(session) : reuse
})

/** A counter: the previous token always gets the current one. */
export const previous = rule('previous', 'previous always accepted', (session, presented, now, policy) => {
  if (presented.generation === session.generation) return rotate(session, now, policy)
  return presented.generation === session.generation - 1 ? again(session) : reuse
})

/** The parent lives until its child is used. Asked again, it has another child, and the former one dies. */
export const parentAndChild = rule('parent-and-child', 'parent and child', (session, presented, now, policy) => {
  const { generation, issue } = session
  if (presented.generation === generation && presented.issue === issue) return rotate(session, now, policy)
  if (presented.generation !== generation - 1 || presented.issue !== session.previousWinner) return reuse
  const change = { issue: issue + 1, issuedAt: now }
  return { action: 'issue', row: 6, generation, issue: issue + 1, keyId: session.keyId, change, alert: null }
})

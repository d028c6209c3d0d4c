// Refresh and ack: reads the row, lets the rule decide, writes what it said if the row is still as it was read.
import type { SessionEndReason } from '@vigile/contract'
import type { Presented } from '../../engine/src/sessions/rotation.ts'
import type { Commits } from './commits.ts'
import type { Database, Row } from './database.ts'
import { fingerprintOf, type Token, tokenName } from './jar.ts'
import type { Node } from './keys.ts'
import { policy } from './policy.ts'
import type { Rule } from './rules/rule.ts'
import type { Sessions } from './sessions.ts'
import type { Story } from './story.ts'
import type { Timeline } from './timeline.ts'
import { type Prompt, problem, type Reply, unavailable, type WireRequest } from './wire.ts'
import type { Witness } from './witness.ts'

type Deps = {
  rule: Rule
  database: Database
  sessions: Sessions
  commits: Commits
  timeline: Timeline
  story: Story
  witness: Witness
}

const maxTries = 3

const stateOf = ({ generation, issue, winner, previousWinner, durable }: Row) =>
  `g=${generation} i=${issue} w=${winner ?? '-'} pw=${previousWinner ?? '-'}${durable ? ', durable' : ''}`

export function createRenewal({ rule, database, sessions, commits, timeline, story, witness }: Deps) {
  const over = (token: Token, reason: SessionEndReason) =>
    problem(401, 'session_ended', { reason, fingerprint: fingerprintOf(token) })
  const stale = (token: Token) => problem(409, 'stale_token', { fingerprint: fingerprintOf(token) })

  const presentedBy = ({ body }: WireRequest, token: Token): Presented => {
    const fingerprint = fingerprintOf(token)
    return { ...token, retry: body.retry === fingerprint, settled: body.settled === fingerprint }
  }

  function refresh(request: WireRequest, node: Node, token: Token, reply: Reply, tries = 1): Prompt {
    const row = database.find(token.sessionId)
    if (!row) return over(token, 'unknown')
    const presented = presentedBy(request, token)
    const decision = rule.decide(row, presented, timeline.now(), { ...policy, newestKeyId: node.newest })
    story.tell(() => {
      const said = `${presented.retry ? ', again after a 409' : ''}${presented.settled ? ', settled' : ''}`
      const verdict = decision.action === 'ended' ? decision.reason : `row ${decision.row}, ${decision.action}`
      return `        ${request.from} refreshes with ${tokenName(token)}${said}: ${verdict} (${stateOf(row)})`
    })
    witness.decided(request.from, decision)
    const conflict = () => (tries < maxTries ? refresh(request, node, token, reply, tries + 1) : unavailable)
    switch (decision.action) {
      case 'ended':
        return over(token, decision.reason)
      case 'stale':
        return stale(token)
      case 'revoke': {
        const write = () => database.change(row, {}) && sessions.revoke(row.id, 'reuse')
        return commits.commit({ write, done: () => over(token, 'reuse'), conflict, reply })
      }
      case 'access':
      case 'issue': {
        const { change } = decision
        const issued = decision.action === 'issue'
        // A node that can't make the answer must not have rotated.
        if (issued && !node.known.has(decision.keyId)) return unavailable
        const done = () => {
          if (issued && change) witness.issued(request.from, row.id)
          const { generation, issue, keyId } = issued ? decision : token
          return sessions.grant({ ...row, ...change }, { sessionId: row.id, generation, issue, keyId }, issued)
        }
        return change ? commits.commit({ write: () => sessions.apply(row, change), done, conflict, reply }) : done()
      }
      default:
        return decision satisfies never
    }
  }

  function ack(request: WireRequest, token: Token, reply: Reply, tries = 1): Prompt {
    const row = database.find(token.sessionId)
    if (!row) return over(token, 'unknown')
    const presented = presentedBy(request, token)
    const decision = rule.decideAck(row, presented, timeline.now())
    const said = presented.settled ? ', settled' : ''
    story.tell(() => `        ${request.from} acks ${tokenName(token)}${said}: ${decision.action} (${stateOf(row)})`)
    const conflict = () => (tries < maxTries ? ack(request, token, reply, tries + 1) : unavailable)
    switch (decision.action) {
      case 'ended':
        return over(token, decision.reason)
      case 'stale':
        return stale(token)
      case 'noted': {
        const { change } = decision
        const done = () => ({ status: 204 })
        return change ? commits.commit({ write: () => sessions.apply(row, change), done, conflict, reply }) : done()
      }
      default:
        return decision satisfies never
    }
  }

  return { refresh, ack }
}

// The engine's part: keys and CSRF first, then what was asked for.
import { type Presented, sessionEnd } from '../../engine/src/sessions/rotation.ts'
import type { Chance } from './chance.ts'
import { createCommits } from './commits.ts'
import { createDatabase, type Row } from './database.ts'
import type { Faults } from './faults.ts'
import { fingerprintOf, type Jar, tokenName } from './jar.ts'
import { createNodes, type Node } from './keys.ts'
import { createRenewal } from './renewal.ts'
import type { Rule } from './rules/rule.ts'
import { createSessions } from './sessions.ts'
import type { Story } from './story.ts'
import type { Timeline } from './timeline.ts'
import { type Prompt, problem, type Reply, unavailable, type WireRequest } from './wire.ts'
import type { Witness } from './witness.ts'

export type Server = ReturnType<typeof createServer>

type Deps = {
  rule: Rule
  timeline: Timeline
  chance: Chance
  story: Story
  faults: Faults
  witness: Witness
  /** Applications check access tokens by the published keys, and never ask the engine: acks alone confirm. */
  keysAlone: boolean
}

export function createServer(deps: Deps) {
  const { rule, timeline, story, witness, keysAlone } = deps
  const database = createDatabase()
  const nodes = createNodes(deps)
  const commits = createCommits({ ...deps, database })
  const sessions = createSessions(database, timeline, witness)
  const renewal = createRenewal({ ...deps, database, sessions, commits })
  /** What each node has confirmed by an access cookie: it tries once. */
  const tried = new Set<string>()

  /** The row behind a live access cookie, which confirms where it is the newest token's (as `confirm.ts`). */
  const verified = ({ access }: Jar, node: Node): Row | undefined => {
    const now = timeline.now() + node.clockOff
    const row = access && access.expiresAt > now ? database.find(access.sessionId) : undefined
    if (!access || !row || sessionEnd(row, now) !== null) return undefined
    const { generation, issue } = access
    const name = `${node.name} ${tokenName(access)}`
    if (row.winner === null && row.generation === generation && row.issue === issue && !tried.has(name)) {
      tried.add(name)
      const presented: Presented = { generation, issue, keyId: row.keyId, retry: false, settled: false }
      const decision = rule.decideAck(row, presented, timeline.now())
      if (decision.action === 'noted' && decision.change && sessions.apply(row, decision.change))
        story.tell(() => `        an access cookie confirms ${tokenName(access)}`)
    }
    return row
  }

  const answer = (request: WireRequest, reply: Reply): Prompt => {
    const { jar, path, body } = request
    const node = nodes.any()
    const token = jar.refresh
    if (commits.isDown()) return unavailable
    if (token && path !== '/things' && !node.known.has(token.keyId)) return unavailable
    const forged = token !== null && request.csrf !== token.sessionId
    switch (path) {
      case '/refresh':
      case '/ack':
        if (!token) return problem(401, 'unauthenticated', { fingerprint: '' })
        if (forged) return problem(403, 'csrf_failed')
        return path === '/ack' ? renewal.ack(request, token, reply) : renewal.refresh(request, node, token, reply)
      case '/login':
        if (token) sessions.end(token.sessionId, 'replaced')
        return sessions.begin(node.newest, null)
      case '/logout':
        if (forged) return problem(403, 'csrf_failed')
        if (body.only !== undefined && body.only !== (token ? fingerprintOf(token) : '')) return { status: 204 }
        if (token) sessions.end(token.sessionId, 'signed_out')
        return { status: 204, set: 'clear' }
      case '/csrf':
        return { status: 200, body: { csrfToken: token?.sessionId ?? '' } }
    }
    if (keysAlone && path === '/things' && jar.access && jar.access.expiresAt > timeline.now() + node.clockOff)
      return { status: 200, body: {} }
    const row = verified(jar, node)
    if (!row) return problem(401, 'unauthenticated')
    // Any elevation: the client plays all of them alike. The old session lives on until the new one is proven to have arrived.
    if (path === '/password/change') return sessions.begin(node.newest, row.id)
    return { status: 200, body: {} }
  }

  return {
    handle(request: WireRequest, reply: Reply) {
      const prompt = answer(request, reply)
      if (prompt !== 'later') reply(prompt)
    },
    rollKeys: nodes.roll,
    find: database.find,
    isLive: (id: string) => {
      const row = database.find(id)
      return row !== undefined && sessionEnd(row, timeline.now()) === null
    },
  }
}

// OPS-11: several nodes share what one has in its memory.
import type { Catalogue } from '../../messages/catalogue.ts'
import type { Facts } from '../facts.ts'
import { type Check, fail, pass, type Verdict, warn } from '../finding.ts'
import { stateOf } from './inside.ts'
import { seenOf } from './seen.ts'

type Say = Catalogue['doctor']['nodes']

export const checkNodes: Check = (facts, { nodes: say }) => {
  const [from, inside] = [ofWhoAnswered(facts, say), ofAll(facts, say)]
  // What is wrong with the one is wrong with all, and said better.
  return inside.some(({ status }) => status === 'fail') || from.length === 0 ? inside : from
}

/** A load balancer may send people to a node that can't serve them. */
const ofWhoAnswered = (facts: Facts, say: Say): readonly Verdict[] => {
  const seen = seenOf(facts)
  if (seen?.readyStatus !== 503) return []
  const down = Object.keys(seen.parts).filter((part) => seen.parts[part] === 'down')
  return [fail(say.notReady(down), say.lookAtLog)]
}

const ofAll = (facts: Facts, say: Say): readonly Verdict[] => {
  const state = stateOf(facts)
  if (!state || !facts.inside) return []
  const { nodes, parts } = state
  const { hasRedis } = facts.inside
  if (hasRedis && parts.redis !== 'ok') return [fail(say.redisDown, say.mendRedis)]
  if (!hasRedis && nodes.length > 1) return [fail(say.noRedis(nodes.length), say.setRedis)]
  if (nodes.length === 0) return [warn(say.none, say.start)]
  return [pass(say.good(nodes.length, hasRedis))]
}

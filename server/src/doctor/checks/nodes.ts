// OPS-11: several nodes share what one has in its memory.
import { type Check, fail, pass, warn } from '../finding.ts'
import { stateOf } from './inside.ts'

export const checkNodes: Check = (facts, { nodes: say }) => {
  const state = stateOf(facts)
  if (!state || !facts.inside) return []
  const { nodes, parts } = state
  const { hasRedis } = facts.inside
  if (hasRedis && parts.redis !== 'ok') return [fail(say.redisDown, say.mendRedis)]
  if (!hasRedis && nodes.length > 1) return [fail(say.noRedis(nodes.length), say.setRedis)]
  if (nodes.length === 0) return [warn(say.none, say.start)]
  return [pass(say.good(nodes.length, hasRedis))]
}

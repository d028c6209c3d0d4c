// OPS-5: figures tell a stranger how many people there are, and when an attack works.
import { type Check, fail, pass, warn } from '../finding.ts'
import { isPrivate } from './proxy.ts'
import { seenOf } from './seen.ts'

export const checkMetrics: Check = (facts, { metrics: say }) => {
  const seen = seenOf(facts)
  const { metricsHost = null } = facts.inside ?? {}
  if (seen && seen.metricsAt.length > 0) return seen.metricsAt.map((address) => fail(say.open(address), say.close))
  // Seen from the machine itself, an open port looks like a closed one.
  const isOpen = metricsHost !== null && !isPrivate(metricsHost) && metricsHost !== 'localhost'
  if (isOpen && (!seen || /^(127\.|::1$)/.test(seen.forged.remote)))
    return [warn(say.maybeOpen(metricsHost), say.close)]
  return seen ? [pass(say.good(seen.metricsPort === 0 ? null : seen.metricsPort))] : []
}

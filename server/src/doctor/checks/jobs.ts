// TOK-10: what runs by the clock, and what waits to be sent.
import { type Check, fail, pass, warn } from '../finding.ts'
import { stateOf } from './inside.ts'

const hourMs = 3_600_000
/** Receivers are away now and then: what they are sent is tried again for much longer. */
const maxWaitSeconds = 3_600

export const checkJobs: Check = (facts, { jobs: say }) => {
  const state = stateOf(facts)
  if (!state) return []
  const { cleanUp, signingSince, webhooksOldestSeconds } = state
  const { doneAt, dueSince } = cleanUp
  const hours = doneAt === null ? null : Math.max(0, Math.floor((facts.now - doneAt) / hourMs))
  // On the day on which a site began, its first clean-up is yet to come.
  const isOld = signingSince !== null && dueSince !== null && signingSince < dueSince
  const isMissed = dueSince !== null && (doneAt === null ? isOld : doneAt < dueSince)
  const minutes = Math.floor(webhooksOldestSeconds / 60)
  const found = [
    ...(isMissed ? [fail(hours === null ? say.never : say.old(hours), say.cleanUp)] : []),
    ...(webhooksOldestSeconds > maxWaitSeconds ? [warn(say.webhookWaits(minutes), say.webhook)] : []),
  ]
  return found.length > 0 ? found : [pass(hours === null ? say.notDue : say.good(hours))]
}

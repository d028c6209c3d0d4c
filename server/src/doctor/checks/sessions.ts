// What keeps a thief out for long: access tokens that end soon, and clients that say what has arrived.
import { type Check, pass, warn } from '../finding.ts'
import { stateOf } from './inside.ts'

/** A service that checks tokens by itself hears of no revocation: it lets them in for so long. */
const maxAccessSeconds = 3_600
/** Fewer say nothing. */
const leastSessions = 20

export const checkSessions: Check = (facts, { sessions: say }) => {
  const state = stateOf(facts)
  if (!state || !facts.inside) return []
  const { accessSeconds } = facts.inside
  const { sessions, unconfirmed } = state.confirming
  const found = [
    ...(accessSeconds > maxAccessSeconds ? [warn(say.long(Math.round(accessSeconds / 60)), say.shorten)] : []),
    // PROTOCOL.md, "Ack": where nothing confirms, a thief who follows close behind is not found.
    ...(sessions >= leastSessions && unconfirmed > sessions / 2
      ? [warn(say.unconfirmed(unconfirmed, sessions), say.confirm)]
      : []),
  ]
  return found.length > 0 ? found : [pass(say.good(Math.round(accessSeconds / 60)))]
}

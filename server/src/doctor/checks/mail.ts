// Links and notices that don't arrive: nobody can prove a mailbox, nobody learns of a stolen account.
import { type Check, fail, pass } from '../finding.ts'
import { stateOf } from './inside.ts'
import { seenOf } from './seen.ts'

/** Deliveries are tried again within minutes: what is older is not taken. */
const maxSeconds = 900

export const checkMail: Check = (facts, { mail: say }) => {
  const state = stateOf(facts)
  if (!state || !facts.inside) return []
  if (!facts.inside.hasMailServer) return [fail(say.none, say.set)]
  // Of the node that answered: what this command would find out, it would by writing to somebody.
  if (seenOf(facts)?.parts.mail === 'degraded') return [fail(say.refused, say.todo)]
  const minutes = Math.floor(state.mailOldestSeconds / 60)
  return state.mailOldestSeconds > maxSeconds ? [fail(say.waits(minutes), say.todo)] : [pass(say.good)]
}

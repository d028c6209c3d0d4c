// TOK-9: secrets and signing keys, old enough to still be known and new enough to be trusted.
import { type Check, fail, pass, warn } from '../finding.ts'
import { type State, stateOf } from './inside.ts'

const dayMs = 86_400_000
/** The schedule replaces a key at its age; a week later it has not. */
const graceDays = 7

export const checkSecrets: Check = (facts, { secrets: say }) => {
  const state = stateOf(facts)
  if (!state) return []
  const { keyIds, droppedKeyIds, nodes } = state
  const elsewhere = knownElsewhere(state)
  const [newest] = keyIds
  // Where a secret is missing here, the newest of this list says nothing of the nodes.
  const isOurs = newest !== undefined && elsewhere.length === 0
  const lacking = isOurs ? nodes.filter((node) => !node.keyIds.includes(newest)) : []
  const found = [
    ...droppedKeyIds.map((id) => fail(say.dropped(id), say.putBack)),
    ...elsewhere.filter((id) => !droppedKeyIds.includes(id)).map((id) => fail(say.elsewhere(id), say.putBack)),
    ...lacking.map(({ id }) => warn(say.waits(id, newest ?? ''), say.giveToAll)),
  ]
  return found.length > 0 ? found : [pass(say.good(keyIds.length))]
}

const knownElsewhere = ({ keyIds, nodes }: State): readonly string[] =>
  [...new Set(nodes.flatMap((node) => node.keyIds))].filter((id) => !keyIds.includes(id))

export const checkSigningKey: Check = (facts, { signingKey: say }) => {
  const state = stateOf(facts)
  if (!state) return []
  // Where a secret is missing here, the keys can't be looked at; what would be rotated no node could open.
  const isClosed = [...knownElsewhere(state), ...state.droppedKeyIds].length > 0
  if (state.signingSince === null && isClosed) return []
  if (state.signingSince === null) return [fail(say.none, say.rotate)]
  const days = Math.floor((facts.now - state.signingSince) / dayMs)
  if (days > state.rotateEverySeconds / 86_400 + graceDays) return [fail(say.old(days), say.rotate)]
  return [pass(say.good(Math.max(0, days)))]
}

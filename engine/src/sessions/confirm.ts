// An access cookie of exactly the newest (generation, issue) confirms it, like an ack without `settled`.
import { noContext } from '../audit/entry.ts'
import type { Log } from '../primitives/log.ts'
import type { ApplyDeps } from './apply-change.ts'
import { applyChange } from './apply-change.ts'
import { decideAck } from './rotation.ts'
import type { SessionRow } from './store.ts'

/** So many confirmations are remembered; the oldest go first. */
const maxRemembered = 50_000

export type Confirm = (
  session: SessionRow,
  token: { readonly generation: number; readonly issue: number },
) => Promise<void>

/** At most one write for an issued token by this node: a cache keyed on (session, generation, issue) skips the rest. */
export const createConfirm = (deps: ApplyDeps & { readonly log: Log }): Confirm => {
  const tried = new Set<string>()
  return async (seen, { generation, issue }) => {
    const key = `${seen.id}.${generation}.${issue}`
    if (tried.has(key)) return
    if (tried.size >= maxRemembered) tried.delete(tried.values().next().value as string)
    tried.add(key)
    try {
      const { session, now } = await deps.sessions.find(seen.id)
      if (!session) return
      const presented = { generation, issue, keyId: session.keyId, retry: false, settled: false }
      const decision = decideAck(session, presented, now)
      if (decision.action === 'noted' && decision.change)
        await applyChange(deps, session, decision.change, { now, context: noContext })
    } catch (error) {
      // The check itself goes on: what it grants was verified. The next refresh or ack confirms instead.
      tried.delete(key)
      deps.log.warn({ err: error, session: seen.id }, 'an access cookie could not be noted as arrived')
    }
  }
}

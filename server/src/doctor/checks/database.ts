// Whether the database is there, is of this release, takes writes and has room for every node.
import type { EngineFacts } from '../facts.ts'
import { type Check, fail, pass, type Verdict, warn } from '../finding.ts'

const leastMajor = 15

export const checkDatabase: Check = ({ inside }, { database: say }) => {
  if (!inside || inside.engine === null) return []
  const { engine } = inside
  if (typeof engine === 'string') return [fail(say.notOpened(engine), say.open)]
  const { pendingMigrations: pending, state, server } = engine
  const room = (): readonly Verdict[] => {
    const { connectionsOfNode: each } = inside
    if (!state || !server || each === null) return []
    const nodes = Math.max(1, state.nodes.length)
    if (nodes * each > server.maxConnections) return [fail(say.tooMany(nodes, each, server.maxConnections), say.fewer)]
    // The next release's node starts before this one's ends; commands and backups want some, too.
    if ((nodes + 1) * each > server.maxConnections)
      return [warn(say.noRoom(nodes, each, server.maxConnections), say.fewer)]
    return []
  }
  const found = [
    ...(server && server.major < leastMajor ? [fail(say.old(server.version, leastMajor), say.upgrade)] : []),
    ...(pending.length > 0 ? [fail(say.pending(pending), say.migrate)] : []),
    ...(state && state.parts.writes !== 'ok' ? [fail(say.noWrites, say.makeWritable)] : []),
    ...room(),
  ]
  return found.length > 0 ? found : [pass(say.good(nameOf(server)))]
}

const nameOf = (server: EngineFacts['server']): string | null => server && `PostgreSQL ${server.version}`

// Whether the database is there, is of this release, and takes writes.
import { type Check, fail, pass } from '../finding.ts'

export const checkDatabase: Check = ({ inside }, { database: say }) => {
  if (!inside || inside.engine === null) return []
  const { engine } = inside
  if (typeof engine === 'string') return [fail(say.notOpened(engine), say.open)]
  const { pendingMigrations: pending, state } = engine
  if (pending.length > 0) return [fail(say.pending(pending), say.migrate)]
  if (state?.parts.writes !== 'ok') return [fail(say.noWrites, say.makeWritable)]
  return [pass(say.good)]
}

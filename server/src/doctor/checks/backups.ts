// OPS-8: a backup within 26 hours, as the alert rule has it, and a drill that proved one.
import { type Check, fail, pass, warn } from '../finding.ts'
import { stateOf } from './inside.ts'

const hourMs = 3_600_000
const maxHours = 26
/** As the alert rule has it: the longest month, and a day for the drill itself. */
const drillDays = 32

export const checkBackups: Check = (facts, { backups: say }) => {
  const state = stateOf(facts)
  if (!state || !facts.inside) return []
  const { backup } = facts.inside
  const { lastBackupAt: at, lastDrillAt } = state
  const todo = backup.isPlaced ? (backup.isScheduled ? say.lookAtLog : say.schedule) : say.place
  const hours = at === null ? null : Math.floor((facts.now - at) / hourMs)
  const away = state.backupsAway === null ? [] : [fail(say.away(state.backupsAway), say.lookAtPlace)]
  const isProven = lastDrillAt !== null && facts.now - lastDrillAt <= drillDays * 24 * hourMs
  if (hours === null) return [...away, fail(say.none, todo)]
  if (hours >= maxHours) return [...away, fail(say.old(hours), todo)]
  return [
    ...(away.length > 0 ? away : [pass(say.good(hours))]),
    ...(isProven ? [] : [warn(say.noDrill(drillDays), say.drill)]),
  ]
}

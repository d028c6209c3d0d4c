// The entry that a restore leaves: it accounts for what anchors have seen of the log that was given up.
import { parseDetails } from './canonical.ts'
import type { StoredEntry } from './chain-store.ts'
import type { Restore } from './read-anchor.ts'

/** A word of the engine's own: no application writes one. */
export const restoreAction = 'system:restore'

export type RestoreDetails = {
  /** The last position of the log in the backup. */
  readonly position: number
  /** Its name, and when it was taken: ISO 8601. */
  readonly backup: string
  readonly taken: string
  readonly sessions: 'ended' | 'kept'
  readonly by: string
}

/** Null: it does not say it, so it is none of ours. */
export const restoreOf = ({ at, details }: Pick<StoredEntry, 'at' | 'details'>): Restore | null => {
  const { position } = parseDetails(details) as Partial<RestoreDetails>
  return typeof position === 'number' ? { at, position } : null
}

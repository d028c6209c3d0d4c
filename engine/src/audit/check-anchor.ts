// What an anchor says of the log, once both were read.

import type { Checked, Walk } from './checked.ts'
import type { ReadAnchor } from './read-anchor.ts'

/** A checkpoint is made each minute in which something is written: entries this old are under one that the anchor has. */
const behindMs = 5 * 60_000

export type Anchored = {
  readonly compared: number
  readonly position: number
  readonly at: number
  readonly unreadable: number
}

export const checkAnchor = async (
  { deps, faults, head, end }: Checked,
  anchor: ReadAnchor,
  walk: Pick<Walk, 'position' | 'restores'>,
): Promise<Anchored> => {
  const { differing, ...anchored } = anchor.conclude(head?.accepted ? [...walk.restores, head.accepted] : walk.restores)
  for (const position of differing) faults.add({ kind: 'anchor_mismatch', position })
  const isCut = anchored.position > end && (!head || walk.position === end)
  if (isCut) faults.add({ kind: 'truncated', position: walk.position + 1, to: anchored.position })
  // An emptied anchor is what somebody leaves who has something to hide.
  else if (anchored.compared === 0) faults.add({ kind: 'anchor_empty' })
  const [next] = await deps.auditChain.listSealed({ after: anchored.position, limit: 1 })
  if (next && next.position <= end && next.at < deps.clock.now() - behindMs)
    faults.add({ kind: 'anchor_behind', position: next.position, to: end })
  return { ...anchored, unreadable: anchor.unreadable }
}

// The sessions' rows, with conditional writes, and failovers that lose the last commits.
import type { SessionEndReason } from '@vigile/contract'
import type { SessionState } from '../../engine/src/sessions/rotation.ts'

export type Row = SessionState & { readonly id: string; readonly replaces: string | null }

export type Database = ReturnType<typeof createDatabase>

/** A failover loses no more than so many commits. */
const longestLoss = 3

export function createDatabase() {
  const rows = new Map<string, Row>()
  /** What the last commits overwrote, oldest first: only of those that no replica is sure to have. */
  let unreplicated: Row[] = []

  return {
    find: (id: string): Row | undefined => rows.get(id),
    /** Sign-in, elevation and revocation wait for the replicas, and all that was committed before is there with them. */
    insert(row: Row) {
      rows.set(row.id, row)
      unreplicated = []
    },
    /** False where the row is not as it was read. */
    change(read: Row, change: Partial<Row>): boolean {
      if (rows.get(read.id) !== read || read.revokedAt !== null) return false
      const after = { ...read, ...change }
      mustHold(read, after)
      rows.set(read.id, after)
      unreplicated.push(read)
      if (unreplicated.length > longestLoss) unreplicated.shift()
      return true
    },
    /** Terminal, and never lost. */
    revoke(id: string, reason: SessionEndReason, now: number): boolean {
      const row = rows.get(id)
      if (!row || row.revokedAt !== null) return false
      rows.set(id, { ...row, revokedAt: now, revokedReason: reason })
      unreplicated = []
      return true
    },
    /** The number of commits that were lost. */
    failover(most: number): number {
      const lost = unreplicated.splice(-most)
      for (const row of lost.reverse()) rows.set(row.id, row)
      return lost.length
    },
  }
}

/** I9: the absolute end never moves, and idle moves with `rotatedAt` alone, never past it. */
const mustHold = (before: Row, after: Row) => {
  const idleMoved = after.idleExpiresAt !== before.idleExpiresAt
  const lengthened = after.expiresAt !== before.expiresAt || after.idleExpiresAt > after.expiresAt
  if (lengthened || (idleMoved && after.rotatedAt === before.rotatedAt && after.generation === before.generation))
    throw new Error(`I9: ${before.id} lives longer than a rotation allows`)
}

// Reads the chain from its beginning to its end, and says what is not as it was written: what, and where (AUD-3).
import { type Anchored, checkAnchor } from './check-anchor.ts'
import { checkBeyond, checkOutside, checkPlanted } from './check-outside.ts'
import type { Start, VerifyDeps, VerifyInput, Walk } from './checked.ts'
import { type AuditFault, createFaults, type FaultList } from './faults.ts'
import { type Restore, readAnchor } from './read-anchor.ts'
import { beginningOf, type Head, openSigned } from './signed.ts'
import { walkEntries } from './walk-entries.ts'

export type AuditReport = {
  readonly ok: boolean
  /** Entries read, and the first and last of their positions. */
  readonly entries: number
  readonly from: number
  readonly to: number
  readonly checkpoints: number
  /** The first 100. */
  readonly faults: readonly AuditFault[]
  readonly faultCount: number
  /** When the chain was begun; null: nothing that can be believed says so. */
  readonly foundedAt: number | null
  /** Entries and checkpoints under secrets that are no longer in the list: what is signed later vouches for them. */
  readonly underOldKeys: number
  /** Up to here entries were removed when their time was over. */
  readonly removedUpTo: number
  /** When the database was set back to a backup, and the position after which the log went on. */
  readonly restores: readonly Restore[]
  /** Up to here an operator took the entries as they were, faults and all (`accept`): nothing vouches for them. */
  readonly acceptedUpTo: number
  /** Of the anchor: checkpoints that the log was compared with, the newest one, and lines that are none. Null: there was no anchor. */
  readonly anchored: Anchored | null
  readonly seconds: number
}

export const verifyAudit = async (deps: VerifyDeps, input: VerifyInput = {}): Promise<AuditReport> => {
  const startedAt = performance.now()
  const faults = createFaults()
  // First of all: what is sealed meanwhile is not missing in it, nor is it missing in the log.
  const anchor = input.anchor ? await readAnchor(deps, input.anchor, faults) : null
  const head = await readHead(deps, faults)
  const start = await startOf(deps, head, input.from)
  const walk: Walk = { entries: 0, checkpoints: 0, checkpoint: null, underOldKeys: 0, restores: [], ...start }
  // Without a head to believe, the entries can still be compared with their MACs and with the checkpoints.
  const end = head?.position ?? (await deps.auditChain.lastPosition())
  const checked = { deps, faults, head, start, end }
  anchor?.compare(start)
  await walkEntries({ ...checked, walk, anchor, onProgress: input.onProgress })
  if (head && walk.position < end) faults.add({ kind: 'truncated', position: walk.position + 1, to: end })
  else if (head && walk.hash !== head.hash) faults.add({ kind: 'head_mismatch', position: end })
  const anchored = anchor && (await checkAnchor(checked, anchor, walk))
  await checkPlanted(checked)
  await checkBeyond(checked)
  await checkOutside(checked)
  return {
    ok: faults.count() === 0,
    entries: walk.entries,
    from: start.position + 1,
    to: walk.position,
    checkpoints: walk.checkpoints,
    faults: faults.list(),
    faultCount: faults.count(),
    foundedAt: head?.foundedAt ?? null,
    underOldKeys: walk.underOldKeys,
    removedUpTo: head?.cut?.position ?? 0,
    acceptedUpTo: head?.accepted?.position ?? 0,
    restores: walk.restores,
    anchored,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  }
}

/** What the head says; null where it can't be believed. */
const readHead = async ({ auditChain, keyring }: VerifyDeps, faults: FaultList): Promise<Head | null> => {
  const signed = await auditChain.head()
  if (!signed) {
    const last = await auditChain.lastPosition()
    faults.add({ kind: 'head_missing', ...(last > 0 && { position: last }) })
    return null
  }
  const opened = await openSigned(keyring, 'head', signed)
  if (opened.ok) return opened.value
  faults.add({ kind: opened.error === 'forged' ? 'head_forged' : 'head_unknown_key' })
  return null
}

const startOf = async (deps: VerifyDeps, head: Head | null, from = 0): Promise<Start> => {
  const first = beginningOf(head)
  for (let before = from; ; ) {
    const checkpoint = await deps.auditChain.checkpointBefore(before)
    if (!checkpoint || checkpoint.position <= first.position) return first
    const opened = await openSigned(deps.keyring, 'checkpoint', checkpoint)
    if (opened.ok && opened.value.position === checkpoint.position) return opened.value
    before = checkpoint.position
  }
}

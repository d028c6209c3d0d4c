// Reads the chain from its beginning to its end, and says what is not as it was written: what, and where (AUD-3).
import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import { contentOf, genesis, linkOf, personOf } from './canonical.ts'
import type { AuditChainStore, Place, SealedEntry, StoredEntry } from './chain-store.ts'
import { checkMac, checkPersonal } from './entry-mac.ts'
import { type AuditFault, createFaults, type FaultList } from './faults.ts'
import { type ReadAnchor, type Restore, readAnchor } from './read-anchor.ts'
import { restoreAction, restoreOf } from './restore-entry.ts'
import { type Checkpoint, type Head, openSigned } from './signed.ts'

/** Entries of one statement. */
const page = 1_000
/** An entry without a place in the chain for so long is a fault: somebody keeps the sealer from it. */
const unsealedMs = 60_000

export type VerifyInput = {
  /** From the newest checkpoint before this position; default: from the beginning. */
  readonly from?: number
  /** Lines of an anchor, in any order: the log must hold what they say. */
  readonly anchor?: AsyncIterable<string> | Iterable<string>
  /** Told after every thousand entries. */
  readonly onProgress?: (done: { readonly entries: number; readonly of: number }) => void
}

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
  /** Entries from before the chain was begun: nothing vouches for them. */
  readonly before: number
  /** Entries and checkpoints under secrets that are no longer in the list: what is signed later vouches for them. */
  readonly underOldKeys: number
  /** Up to here entries were removed when their time was over. */
  readonly removedUpTo: number
  /** When the database was set back to a backup, and the position after which the log went on. */
  readonly restores: readonly Restore[]
  /** Of the anchor: checkpoints that the log was compared with, and the newest one. Null: there was no anchor. */
  readonly anchored: { readonly compared: number; readonly position: number; readonly at: number } | null
  readonly seconds: number
}

export type VerifyDeps = {
  readonly auditChain: AuditChainStore
  readonly keyring: Pick<Keyring, 'find'>
  readonly clock: Clock
}

type Start = { readonly position: number; readonly hash: string }
type Walk = {
  entries: number
  checkpoints: number
  underOldKeys: number
  position: number
  hash: string | null
  readonly restores: Restore[]
}

export const verifyAudit = async (deps: VerifyDeps, input: VerifyInput = {}): Promise<AuditReport> => {
  const startedAt = performance.now()
  const faults = createFaults()
  // First of all: what is sealed meanwhile is not missing in it, nor is it missing in the log.
  const anchor = input.anchor ? await readAnchor(deps, input.anchor, faults) : null
  const head = await readHead(deps, faults)
  const start = await startOf(deps, head, input.from)
  const walk: Walk = { entries: 0, checkpoints: 0, underOldKeys: 0, restores: [], ...start }
  // Without a head to believe, the entries can still be compared with their MACs and with the checkpoints.
  const end = head?.position ?? (await deps.auditChain.lastPosition())
  anchor?.compare(start)
  await walkEntries(deps, { end, faults, walk, anchor, onProgress: input.onProgress })
  if (head && walk.position < end) faults.add({ kind: 'truncated', position: walk.position + 1, to: end })
  else if (head && walk.hash !== head.hash) faults.add({ kind: 'head_mismatch', position: end })
  const anchored = anchor?.conclude(walk.restores) ?? null
  for (const position of anchored?.differing ?? []) faults.add({ kind: 'anchor_mismatch', position })
  if (anchored && anchored.position > end && (!head || walk.position === end))
    faults.add({ kind: 'truncated', position: walk.position + 1, to: anchored.position })
  await checkBeyond(deps, faults)
  await checkOutside(deps, { head, faults })
  return {
    ok: faults.count() === 0,
    entries: walk.entries,
    from: start.position + 1,
    to: walk.position,
    checkpoints: walk.checkpoints,
    faults: faults.list(),
    faultCount: faults.count(),
    before: await deps.auditChain.countWithoutMac(),
    underOldKeys: walk.underOldKeys,
    removedUpTo: head?.cut?.position ?? 0,
    restores: walk.restores,
    anchored: anchored && { compared: anchored.compared, position: anchored.position, at: anchored.at },
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  }
}

/** What the head says; null where it can't be believed. */
const readHead = async ({ auditChain, keyring }: VerifyDeps, faults: FaultList): Promise<Head | null> => {
  const signed = await auditChain.head()
  if (!signed) {
    const last = await auditChain.lastPosition()
    const [checkpoint] = await auditChain.listCheckpoints({ after: 0, limit: 1 })
    if (last > 0 || checkpoint) faults.add({ kind: 'head_missing', position: last })
    return null
  }
  const opened = await openSigned(keyring, 'head', signed)
  if (opened.ok) return opened.value
  faults.add({ kind: opened.error === 'forged' ? 'head_forged' : 'head_unknown_key' })
  return null
}

const startOf = async (deps: VerifyDeps, head: Head | null, from = 0): Promise<Start> => {
  const first = head?.cut ?? { position: 0, hash: genesis }
  for (let before = from; ; ) {
    const checkpoint = await deps.auditChain.checkpointBefore(before)
    if (!checkpoint || checkpoint.position <= first.position) return first
    const opened = await openSigned(deps.keyring, 'checkpoint', checkpoint)
    if (opened.ok) return opened.value
    before = checkpoint.position
  }
}

const walkEntries = async (
  deps: VerifyDeps,
  run: {
    readonly end: number
    readonly faults: FaultList
    readonly walk: Walk
    readonly anchor: ReadAnchor | null
    readonly onProgress: VerifyInput['onProgress']
  },
): Promise<void> => {
  const { end, faults, walk, anchor } = run
  const checkpoints = readCheckpoints(deps, { faults, walk, after: walk.position, upTo: end })
  let checkpoint = await checkpoints.next()
  while (walk.position < end) {
    const entries = (await deps.auditChain.listSealed({ after: walk.position, limit: page })).filter(
      ({ position }) => position <= end,
    )
    const [first] = entries
    if (!first) return
    if (first.position > walk.position + 1 && (await goOnFromCut(deps, walk))) continue
    const blank: StoredEntry[] = []
    for (const entry of entries) {
      await checkEntry(deps, { entry, faults, walk, blank })
      anchor?.compare(entry)
      while (!checkpoint.done && checkpoint.value.position <= entry.position) {
        const { position, hash } = checkpoint.value
        // Of a place that is missing, or was removed meanwhile, that is all there is to say.
        if (position === entry.position && hash !== entry.hash) faults.add({ kind: 'checkpoint_mismatch', position })
        checkpoint = await checkpoints.next()
      }
    }
    await checkBlank(deps, blank, faults)
    run.onProgress?.({ entries: walk.entries, of: end })
  }
}

/** Entries whose time was over may be removed while the log is read. */
const goOnFromCut = async ({ auditChain, keyring }: VerifyDeps, walk: Walk): Promise<boolean> => {
  const signed = await auditChain.head()
  const opened = signed && (await openSigned(keyring, 'head', signed))
  const cut = opened?.ok ? opened.value.cut : null
  if (!cut || cut.position <= walk.position) return false
  walk.position = cut.position
  walk.hash = cut.hash
  return true
}

const checkEntry = async (
  deps: VerifyDeps,
  { entry, faults, walk, blank }: { entry: SealedEntry; faults: FaultList; walk: Walk; blank: StoredEntry[] },
): Promise<void> => {
  const { id, position, at, action } = entry
  const where = { position, id, at, action }
  if (position > walk.position + 1) {
    faults.add({ kind: 'missing', position: walk.position + 1, to: position - 1 })
    walk.hash = null
  }
  const mac = await checkMac(deps.keyring, entry)
  if (mac === 'wrong') faults.add({ kind: entry.mac === null ? 'inserted' : 'changed', ...where })
  if (mac === 'unknown_key') walk.underOldKeys += 1
  // Genuine, and not where it was sealed; or nobody can tell whether it is genuine.
  const isLinked = walk.hash === null || linkOf(walk.hash, position, contentOf(entry)) === entry.hash
  if (!isLinked && mac !== 'wrong') faults.add({ kind: mac === 'right' ? 'moved' : 'changed', ...where })
  const personal = checkPersonal(entry)
  if (personal === 'wrong' && mac !== 'wrong') faults.add({ kind: 'changed', ...where })
  if (personal === 'blank') blank.push(entry)
  // Nobody else can write one: it is linked, and has a MAC of ours or is vouched for by what was signed later.
  if (action === restoreAction && isLinked && mac !== 'wrong') walk.restores.push(restoreOf(entry))
  walk.position = position
  walk.hash = entry.hash
  walk.entries += 1
}

/** What tells of a person is taken away when an account is deleted, and the deletion is in the chain; never else. */
const checkBlank = async ({ auditChain }: VerifyDeps, blank: readonly StoredEntry[], faults: FaultList) => {
  if (blank.length === 0) return
  const users = [...new Set(blank.flatMap((entry) => personOf(entry) ?? []))]
  const deleted = new Set(await auditChain.deletedAmong(users))
  for (const entry of blank) {
    const { position, id, at, action } = entry
    if (!deleted.has(personOf(entry) ?? '')) faults.add({ kind: 'blanked', position: position ?? 0, id, at, action })
  }
}

/** Checkpoints of this range whose signature is right, in order. */
async function* readCheckpoints(
  { auditChain, keyring }: VerifyDeps,
  run: { readonly faults: FaultList; readonly walk: Walk; readonly after: number; readonly upTo: number },
): AsyncGenerator<Checkpoint, undefined> {
  for (let after = run.after; ; ) {
    const some = await auditChain.listCheckpoints({ after, limit: page })
    for (const { position, ...signed } of some) {
      if (position > run.upTo) return
      const opened = await openSigned(keyring, 'checkpoint', signed)
      run.walk.checkpoints += 1
      if (opened.ok && opened.value.position === position) yield opened.value
      else if (!opened.ok && opened.error === 'unknown_key') run.walk.underOldKeys += 1
      else run.faults.add({ kind: 'checkpoint_forged', position })
    }
    const last = some.at(-1)
    if (!last) return
    after = last.position
  }
}

/** Beyond the head of this moment nothing may be sealed: it is written with what it stands for. */
const checkBeyond = async ({ auditChain, keyring }: VerifyDeps, faults: FaultList): Promise<void> => {
  // In this order: what is sealed meanwhile is not beyond a head that is read later.
  const last = await auditChain.lastPosition()
  const signed = await auditChain.head()
  const opened = signed && (await openSigned(keyring, 'head', signed))
  if (!opened?.ok) return
  const { position } = opened.value
  if (last > position) faults.add({ kind: 'beyond_head', position: position + 1, to: last })
  const [checkpoint] = await auditChain.listCheckpoints({ after: position, limit: 1 })
  if (checkpoint && checkpoint.position > last)
    faults.add({ kind: 'truncated', position: position + 1, to: checkpoint.position })
}

/** Entries that the chain does not hold: forged ones, and those that were kept from it. */
const checkOutside = async (
  { auditChain, clock }: VerifyDeps,
  { head, faults }: { readonly head: Head | null; readonly faults: FaultList },
): Promise<void> => {
  const known = head?.before ?? 0
  let without = 0
  for (let after: Place | null = null; ; ) {
    const some: readonly StoredEntry[] = await auditChain.listOutside({ after, limit: page })
    for (const { id, at, action, mac } of some) {
      if (mac === null) without += 1
      const isOld = mac === null && head !== null && at <= head.foundedAt && without <= known
      if (head !== null && !isOld) faults.add({ kind: 'inserted', id, at, action })
    }
    after = some.at(-1) ?? null
    if (!after) break
  }
  const before = clock.now() - unsealedMs
  const waiting = await auditChain.listToSeal({ after: null, limit: page })
  for (const { id, at, action } of waiting) if (at < before) faults.add({ kind: 'unsealed', id, at, action })
}

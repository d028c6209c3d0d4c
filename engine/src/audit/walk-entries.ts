// The entries of the chain, one by one, with the checkpoints among them.
import { contentOf, linkOf, personOf } from './canonical.ts'
import type { SealedEntry, StoredEntry } from './chain-store.ts'
import type { Checked, Start, VerifyDeps, VerifyInput, Walk } from './checked.ts'
import { checkMac, checkPersonal } from './entry-mac.ts'
import type { ReadAnchor } from './read-anchor.ts'
import { restoreAction, restoreOf } from './restore-entry.ts'
import { beginningOf, type Checkpoint, openSigned } from './signed.ts'

/** Entries of one statement. */
const page = 1_000

type Run = Checked & {
  readonly walk: Walk
  readonly anchor: ReadAnchor | null
  readonly onProgress: VerifyInput['onProgress']
}

export const walkEntries = async (run: Run): Promise<void> => {
  const { deps, end, faults, walk, anchor } = run
  const checkpoints = readCheckpoints(run)
  let checkpoint = await checkpoints.next()
  while (walk.position < end) {
    const entries = (await deps.auditChain.listSealed({ after: walk.position, limit: page })).filter(
      ({ position }) => position <= end,
    )
    const [first] = entries
    if (!first) break
    if (first.position > walk.position + 1 && (await goOnFromCut(deps, walk))) continue
    const blank: StoredEntry[] = []
    for (const entry of entries) {
      await checkEntry(run, entry, blank)
      anchor?.compare(entry)
      while (!checkpoint.done && checkpoint.value.position <= entry.position) {
        const { position, hash } = checkpoint.value
        // Of a place that is missing, or was removed meanwhile, that is all there is to say.
        if (position === entry.position && hash !== entry.hash) faults.add({ kind: 'checkpoint_mismatch', position })
        checkpoint = await checkpoints.next()
      }
    }
    await checkBlank(run, blank)
    run.onProgress?.({ entries: walk.entries, of: end })
  }
  while (!checkpoint.done) checkpoint = await checkpoints.next()
  const newest = run.head?.checkpoint.position ?? 0
  if (newest > run.start.position && walk.checkpoint !== newest && !(await isRemoved(deps, newest)))
    faults.add({ kind: 'checkpoint_missing', position: newest })
}

/** Where the chain begins by now: entries whose time was over may be removed while the log is read. */
const readBeginning = async ({ auditChain, keyring }: VerifyDeps): Promise<Start> => {
  const signed = await auditChain.head()
  const opened = signed && (await openSigned(keyring, 'head', signed))
  return beginningOf(opened?.ok ? opened.value : null)
}

const isRemoved = async (deps: VerifyDeps, position: number): Promise<boolean> =>
  position <= (await readBeginning(deps)).position

const goOnFromCut = async (deps: VerifyDeps, walk: Walk): Promise<boolean> => {
  const { position, hash } = await readBeginning(deps)
  if (position <= walk.position) return false
  walk.position = position
  walk.hash = hash
  return true
}

const checkEntry = async ({ deps, faults, walk }: Run, entry: SealedEntry, blank: StoredEntry[]): Promise<void> => {
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
  const restore = action === restoreAction && isLinked && mac !== 'wrong' ? restoreOf(entry) : null
  if (restore) walk.restores.push(restore)
  walk.position = position
  walk.hash = entry.hash
  walk.entries += 1
}

/** What tells of a person is taken away when an account is deleted, and the deletion is in the chain; never else. */
const checkBlank = async ({ deps, faults, start, end }: Run, blank: readonly StoredEntry[]) => {
  if (blank.length === 0) return
  const userIds = [...new Set(blank.flatMap((entry) => personOf(entry) ?? []))]
  const deleted = new Set(await deps.auditChain.deletedAmong({ userIds, after: start.position, upTo: end }))
  for (const entry of blank) {
    const { position, id, at, action } = entry
    if (!deleted.has(personOf(entry) ?? '')) faults.add({ kind: 'blanked', position: position ?? 0, id, at, action })
  }
}

/** Checkpoints of this range whose signature is right, in order. */
async function* readCheckpoints({ deps, faults, walk, start, end }: Run): AsyncGenerator<Checkpoint, undefined> {
  for (let after = start.position; ; ) {
    const some = await deps.auditChain.listCheckpoints({ after, limit: page })
    for (const { position, ...signed } of some) {
      if (position > end) return
      const opened = await openSigned(deps.keyring, 'checkpoint', signed)
      walk.checkpoints += 1
      if (opened.ok && opened.value.position === position) {
        const { previous } = opened.value
        if (previous > start.position && previous !== walk.checkpoint && !(await isRemoved(deps, previous)))
          faults.add({ kind: 'checkpoint_missing', position: previous })
        walk.checkpoint = position
        yield opened.value
      } else if (!opened.ok && opened.error === 'unknown_key') {
        walk.underOldKeys += 1
        walk.checkpoint = position
      } else faults.add({ kind: 'checkpoint_forged', position })
    }
    const last = some.at(-1)
    if (!last) return
    after = last.position
  }
}

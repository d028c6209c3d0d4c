// Entries whose time is over are removed from the beginning of the chain; where it begins now is signed (AUD-4).
import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import type { Transact } from '../primitives/transact.ts'
import { contentOf, linkOf } from './canonical.ts'
import type { AuditChainStore, SealedEntry } from './chain-store.ts'
import { auditEntry, noContext } from './entry.ts'
import { checkMac } from './entry-mac.ts'
import type { Sealer } from './sealer.ts'
import { beginningOf, type Head, openSigned, signHead } from './signed.ts'
import type { AuditStore } from './store.ts'

/** Entries of one transaction. */
const atOnce = 500

export type RetentionDeps = {
  readonly sealer: Pick<Sealer, 'run'>
  readonly transact: Transact<{ auditChain: AuditChainStore; audit: AuditStore }>
  readonly keyring: Pick<Keyring, 'find' | 'newest'>
  readonly clock: Clock
  readonly log: Log
  /** Null: entries are kept for ever. */
  readonly retentionSeconds: number | null
}

/** Removes what is over; the number of entries. On record, by the first transaction that removes anything. */
export const cutAudit = async (deps: RetentionDeps): Promise<number> => {
  const { clock, retentionSeconds } = deps
  if (retentionSeconds === null) return 0
  // What waits now was written before the cut: later it would look like something that was cut and put back.
  const isSealed = await deps.sealer.run().then(
    () => true,
    () => false,
  )
  if (!isSealed) return 0
  const before = clock.now() - retentionSeconds * 1000
  for (let total = 0; ; ) {
    const removed = await cutOnce(deps, before, total === 0)
    total += removed
    if (removed === 0) return total
  }
}

const cutOnce = (deps: RetentionDeps, before: number, isFirst: boolean): Promise<number> =>
  deps.transact(async ({ auditChain: chain, audit }) => {
    const signed = await chain.lockHead('wait')
    const opened = signed && (await openSigned(deps.keyring, 'head', signed))
    // The sealer says what is wrong with it.
    if (!opened?.ok) return 0
    const head = opened.value
    const now = deps.clock.now()
    const { last, refusedAt } = await endOf(deps, chain, head, before)
    // On record once a run: when nothing more can go.
    if (refusedAt !== null && !last) {
      const details = { position: refusedAt }
      await audit.append([auditEntry(noContext, { action: 'audit:cut:failed', at: now, details })])
    }
    if (last) {
      await chain.removeUpTo(last.position)
      const cut = { position: last.position, hash: last.hash, at: now }
      await chain.writeHead(signHead(deps.keyring.newest(), { ...head, cut }))
    }
    const removed = last ? last.position - (head.cut?.position ?? 0) : 0
    if (isFirst && removed > 0) {
      const details = { before: new Date(before).toISOString(), after: head.cut?.position ?? 0 }
      await audit.append([auditEntry(noContext, { action: 'audit:cut', at: now, details })])
    }
    return removed
  })

/**
 * The last of the next entries that may go, or null; and the first that is not as it was written. Only what is as it was written may: else whoever changes the times of all
 * entries in the database would have them removed, and the removal signed.
 */
const endOf = async (
  { keyring, log }: RetentionDeps,
  chain: AuditChainStore,
  head: Head,
  before: number,
): Promise<{ readonly last: SealedEntry | null; readonly refusedAt: number | null }> => {
  let refusedAt: number | null = null
  const start = beginningOf(head)
  let { position, hash } = start
  const over: SealedEntry[] = []
  for (const entry of await chain.listSealed({ after: head.cut?.position ?? 0, limit: atOnce })) {
    // Nothing vouches for what an operator took as it is, nor for its time.
    const isTaken = entry.position <= start.position
    const at = isTaken ? Math.min(entry.at, head.accepted?.at ?? entry.at) : entry.at
    if (at >= before || entry.position > head.position) break
    if (isTaken) {
      over.push(entry)
      continue
    }
    position += 1
    const isGenuine =
      entry.position === position &&
      linkOf(hash, position, contentOf(entry)) === entry.hash &&
      (await checkMac(keyring, entry)) !== 'wrong'
    if (!isGenuine) {
      const fields = { alert: 'audit_cut_refused', category: 'SECURITY', position }
      log.error(
        fields,
        'old entries of the audit log are not as they were written, and stay: run `vigile audit verify`',
      )
      refusedAt = position
      break
    }
    hash = entry.hash
    over.push(entry)
  }
  return { last: await withoutNeeded(chain, over), refusedAt }
}

/** A deletion stays as long as an entry that it excuses for being blank. */
const withoutNeeded = async (chain: AuditChainStore, over: readonly SealedEntry[]): Promise<SealedEntry | null> => {
  const last = over.at(-1)
  if (!last) return null
  const deletions = over.filter(({ action }) => action === 'user:delete')
  const users = deletions.flatMap(({ userId }) => userId ?? [])
  const needed = new Set(users.length > 0 ? await chain.blankAfter(users, last.position) : [])
  const first = over.findIndex(({ action, userId }) => action === 'user:delete' && needed.has(userId ?? ''))
  return first === -1 ? last : (over[first - 1] ?? null)
}

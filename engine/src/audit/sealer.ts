// Gives committed entries their place in the chain. Who writes an entry never waits for the chain: a lock that every writer needs
// would make all sign-ins queue. One node seals at a time, soon after (decisions/0022).
import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import type { Transact } from '../primitives/transact.ts'
import { contentOf, genesis, linkOf } from './canonical.ts'
import type { AuditChainStore, Link, Place, StoredEntry } from './chain-store.ts'
import { auditEntry, noContext } from './entry.ts'
import { checkMac } from './entry-mac.ts'
import { createOnceInWindow } from './once-in-window.ts'
import { type Head, openSigned, signCheckpoint, signHead } from './signed.ts'
import type { AuditStore } from './store.ts'

/** Entries of one transaction: a few milliseconds of hashing. */
const entriesAtOnce = 500
/** Rounds of one run; what is left waits for the next. */
const maxRounds = 200
const checkpointEveryMs = 60_000
const checkpointEveryEntries = 10_000
/** The same trouble is said so often. */
const sayEveryMs = 60_000

export type SealerDeps = {
  readonly auditChain: AuditChainStore
  readonly transact: Transact<{ auditChain: AuditChainStore; audit: Pick<AuditStore, 'append'> }>
  readonly keyring: Pick<Keyring, 'find' | 'newest'>
  readonly clock: Clock
  readonly log: Log
}

export type Sealer = {
  /** Seals what is committed at the call, and makes a checkpoint that is due; the number sealed. Calls at once share the work. */
  run(): Promise<number>
}

const isCheckpointDue = ({ position, checkpoint }: Pick<Head, 'position' | 'checkpoint'>, now: number): boolean =>
  position - checkpoint.position >= checkpointEveryEntries ||
  (position > checkpoint.position && now - checkpoint.at >= checkpointEveryMs)

/** What a round did; null: another node is at it, or nothing was to do. */
type Round = { readonly sealed: number; readonly last: Place | null; readonly full: boolean } | null

export const createSealer = (deps: SealerDeps): Sealer => {
  const { auditChain, keyring, clock, log } = deps
  const once = createOnceInWindow(clock)
  const say = (alert: string, fields: object, message: string) =>
    once(alert, sayEveryMs, async () => log.error({ alert, category: 'SECURITY', ...fields }, message))

  /** The chain begins where there is none; nothing that looks like a chain without a head is taken for new. */
  const found = async (): Promise<boolean> => {
    const [last, checkpoints] = await Promise.all([
      auditChain.lastPosition(),
      auditChain.listCheckpoints({ after: 0, limit: 1 }),
    ])
    if (last > 0 || checkpoints.length > 0) {
      if (await auditChain.head()) return true
      await say('audit_head_missing', {}, 'the head of the audit log was removed: nothing is sealed any more')
      return false
    }
    const now = clock.now()
    const before = await auditChain.countWithoutMac()
    const start = { position: 0, hash: genesis, at: now, foundedAt: now, before, cut: null }
    await auditChain.insertHead(signHead(keyring.newest(), { ...start, checkpoint: { position: 0, at: 0 } }))
    return true
  }

  /** Those whose MAC is right, linked to each other and to `head`; and those that nobody of ours wrote. */
  const link = async (head: Head, entries: readonly StoredEntry[]) => {
    const links: Link[] = []
    const refused: string[] = []
    let unknown = 0
    let { position, hash } = head
    for (const entry of entries) {
      const verdict = await checkMac(keyring, entry)
      if (verdict === 'wrong') refused.push(entry.id)
      // Another node knows the key, or this one will.
      if (verdict === 'unknown_key') unknown += 1
      if (verdict !== 'right') continue
      position += 1
      hash = linkOf(hash, position, contentOf(entry))
      links.push({ id: entry.id, position, hash })
    }
    return { links, refused, unknown, position, hash }
  }

  const round = (after: Place | null): Promise<Round> =>
    deps.transact(async ({ auditChain: chain, audit }) => {
      const signed = await chain.lockHead('skip locked')
      if (!signed) return null
      const opened = await openSigned(keyring, 'head', signed)
      if (!opened.ok) {
        const why =
          opened.error === 'forged'
            ? 'the head of the audit log was changed in the database: nothing is sealed any more'
            : 'the head of the audit log is signed with a secret that this node does not know: put it back, last in the list'
        await say(`audit_head_${opened.error}`, {}, why)
        return null
      }
      const { kind: _, keyId, ...head } = opened.value
      const entries = await chain.listToSeal({ after, limit: entriesAtOnce })
      const { links, refused, unknown, position, hash } = await link(opened.value, entries)
      const now = clock.now()
      const isDue = isCheckpointDue({ ...head, position }, now)
      const last = entries.at(-1) ?? null
      const key = keyring.newest()
      // Signed anew with a newer key before the old one may go.
      const isStale = keyId !== key.id
      if (refused.length > 0) {
        await say(
          'audit_forged',
          { entries: refused.slice(0, 10), count: refused.length },
          'entries of the audit log were not written by this site',
        )
        await chain.refuse(refused)
        const details = { entries: refused.slice(0, 10), count: refused.length }
        await audit.append([auditEntry(noContext, { action: 'audit:forged', at: now, details })])
      }
      if (unknown > 0)
        await say(
          'audit_unknown_key',
          { count: unknown },
          'entries of the audit log wait for a secret that this node does not know',
        )
      if (links.length > 0 || isDue || isStale) {
        await chain.seal(links)
        const checkpoint = isDue ? { position, at: now } : head.checkpoint
        if (isDue) await chain.addCheckpoint(position, signCheckpoint(key, { position, hash, at: now }))
        await chain.writeHead(signHead(key, { ...head, position, hash, at: now, checkpoint }))
      }
      return { sealed: links.length, last, full: entries.length === entriesAtOnce }
    })

  /** Most looks find nothing to do, by one statement and without a lock. */
  const isIdle = async (): Promise<boolean> => {
    const seen = await auditChain.look()
    if (!seen) return !(await found())
    if (seen.isWaiting) return false
    const opened = await openSigned(keyring, 'head', seen)
    return opened.ok && opened.value.keyId === keyring.newest().id && !isCheckpointDue(opened.value, clock.now())
  }

  const seal = async (): Promise<number> => {
    if (await isIdle()) return 0
    let total = 0
    let after: Place | null = null
    for (let rounds = 0; rounds < maxRounds; rounds++) {
      const done: Round = await round(after)
      total += done?.sealed ?? 0
      if (!done?.full) return total
      after = done.last
    }
    return total
  }

  let running: Promise<number> | undefined
  let next: Promise<number> | undefined
  const start = (): Promise<number> => {
    running = seal().finally(() => {
      running = undefined
    })
    return running
  }
  return {
    run: () => {
      if (!running) return start()
      // The run under way may have looked already, before the entries of this call were there.
      next ??= running
        .catch(() => {})
        .then(() => {
          next = undefined
          return start()
        })
      return next
    },
  }
}

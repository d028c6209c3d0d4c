// Gives committed entries their place in the chain. Who writes an entry never waits for the chain: a lock that every writer needs
// would make all sign-ins queue. One node seals at a time, soon after (decisions/0022).
import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import type { Transact } from '../primitives/transact.ts'
import { contentOf, linkOf } from './canonical.ts'
import type { AuditChainStore, Link, StoredEntry } from './chain-store.ts'
import { auditEntry, noContext } from './entry.ts'
import { checkMac } from './entry-mac.ts'
import { createOnceInWindow } from './once-in-window.ts'
import { type Head, openSigned, type Signed, signCheckpoint, signHead } from './signed.ts'
import type { AuditStore } from './store.ts'

/** Entries of one transaction: a few milliseconds of hashing. */
const entriesAtOnce = 500
/** Rounds of one run; what is left waits for the next. */
const maxRounds = 200
const checkpointEveryMs = 60_000
const checkpointEveryEntries = 10_000
/** The same trouble is said so often. */
const sayEveryMs = 60_000
/** What waits for so long is kept from being sealed. */
export const unsealedMs = 60_000
/**
 * An entry is sealed no longer after the newest one: what retention removed comes back as a stranger's. No retention is shorter.
 */
const replayMs = 86_400_000

type SealerStores = { readonly auditChain: AuditChainStore; readonly audit: Pick<AuditStore, 'append'> }

export type SealerDeps = {
  readonly auditChain: AuditChainStore
  readonly transact: Transact<SealerStores>
  readonly keyring: Pick<Keyring, 'find' | 'newest' | 'ids'>
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

/** What a round did; null: another node is at it, or nothing can be sealed. */
type Round = { readonly sealed: number; readonly isFull: boolean; readonly head: Head } | null

export const createSealer = (deps: SealerDeps): Sealer => {
  const { auditChain, keyring, clock, log } = deps
  const once = createOnceInWindow(clock)
  const say = (alert: string, fields: object, message: string) =>
    once(alert, sayEveryMs, async () => log.error({ alert, category: 'SECURITY', ...fields }, message))

  let seen: Head | null = null
  /** Since when the chain was not seen to go on, though something waits; null: it was, by the last look. */
  let stuckSince: number | null = null

  /** Who sets the log back with everything that is signed is seen by the nodes that run. */
  const remember = async (head: Head): Promise<void> => {
    const { position, hash, foundedAt } = head
    const isOther =
      seen !== null && (seen.foundedAt !== foundedAt || (seen.position === position && seen.hash !== hash))
    if (seen && (isOther || position < seen.position))
      await say(
        'audit_head_back',
        { from: seen.position, to: position },
        'the audit log was set back, or replaced by another: run `vigile audit verify --anchor`',
      )
    if (position !== seen?.position) stuckSince = null
    seen = head
  }

  /** Whether it can be trusted; else why not is said. */
  const open = async (signed: Signed | null): Promise<Head | null> => {
    if (!signed) {
      await say('audit_head_missing', {}, 'the head of the audit log was removed: nothing is sealed any more')
      return null
    }
    const opened = await openSigned(keyring, 'head', signed)
    if (opened.ok) {
      await remember(opened.value)
      return opened.value
    }
    const why =
      opened.error === 'forged'
        ? 'the head of the audit log was changed in the database: nothing is sealed any more'
        : 'the head of the audit log is signed with a secret that this node does not know: put it back, last in the list'
    await say(`audit_head_${opened.error}`, {}, why)
    return null
  }

  /** Those that are ours, linked to each other and to `head`; those that are not; and those that nobody can tell of yet. */
  const link = async (head: Head, entries: readonly StoredEntry[]) => {
    const links: Link[] = []
    const refused: string[] = []
    const unknown: string[] = []
    let { position, hash, newestAt } = head
    // A clock that was once wrong, and far ahead, makes nothing old.
    const oldest = Math.min(Math.max(newestAt, head.cut?.at ?? 0), clock.now()) - replayMs
    for (const entry of entries) {
      const verdict = await checkMac(keyring, entry)
      if (verdict === 'unknown_key') unknown.push(entry.id)
      else if (verdict === 'wrong' || entry.at < oldest) refused.push(entry.id)
      else {
        position += 1
        hash = linkOf(hash, position, contentOf(entry))
        newestAt = Math.max(newestAt, entry.at)
        links.push({ id: entry.id, position, hash })
      }
    }
    return { links, refused, unknown, position, hash, newestAt }
  }

  /** None of them is in the way of those behind. */
  const setAside = async (
    { auditChain: chain, audit }: SealerStores,
    refused: readonly string[],
    unknown: readonly string[],
  ) => {
    await chain.setAside(refused, 'refused')
    await chain.setAside(unknown, 'unknown key')
    const fields = (ids: readonly string[]) => ({ entries: ids.slice(0, 10), count: ids.length })
    const record = (action: string, ids: readonly string[]) =>
      audit.append([auditEntry(noContext, { action, at: clock.now(), details: fields(ids) })])
    if (refused.length > 0) {
      await record('audit:forged', refused)
      await say('audit_forged', fields(refused), 'entries of the audit log were not written by this site')
    }
    if (unknown.length > 0) {
      await record('audit:unknown-key', unknown)
      await say(
        'audit_unknown_key',
        fields(unknown),
        'entries of the audit log are under a secret that this node does not know: somebody put them in, or it is to be put back',
      )
    }
  }

  const round = (): Promise<Round> =>
    deps.transact(async (stores) => {
      const { auditChain: chain } = stores
      const signed = await chain.lockHead('skip locked')
      const head = signed && (await open(signed))
      if (!head) return null
      const entries = await chain.listToSeal({ after: null, limit: entriesAtOnce })
      const { links, refused, unknown, ...end } = await link(head, entries)
      const now = clock.now()
      const isDue = isCheckpointDue({ ...head, ...end }, now)
      const key = keyring.newest()
      await setAside(stores, refused, unknown)
      // Signed anew with a newer key before the old one may go.
      if (links.length > 0 || isDue || head.keyId !== key.id) {
        await chain.seal(links)
        const checkpoint = isDue ? { position: end.position, at: now } : head.checkpoint
        const { position, hash } = end
        const previous = head.checkpoint.position
        if (isDue) await chain.addCheckpoint(position, signCheckpoint(key, { position, hash, at: now, previous }))
        await chain.writeHead(signHead(key, { ...head, ...end, at: now, checkpoint }))
      }
      return { sealed: links.length, isFull: entries.length === entriesAtOnce, head: { ...head, ...end } }
    })

  /** Most looks find nothing to do, by one statement and without a lock. */
  const isIdle = async (): Promise<boolean> => {
    const look = await auditChain.look()
    const head = await open(look)
    if (!look || !head) return true
    return !look.isWaiting && head.keyId === keyring.newest().id && !isCheckpointDue(head, clock.now())
  }

  const sealAll = async (): Promise<number> => {
    await once('reconsider', sayEveryMs, () => auditChain.reconsider(keyring.ids()))
    let total = 0
    if (await isIdle()) {
      stuckSince = null
      return total
    }
    for (let rounds = 0; rounds < maxRounds; rounds++) {
      const done = await round()
      if (!done) return total
      stuckSince = null
      seen = done.head
      total += done.sealed
      if (!done.isFull) return total
    }
    return total
  }

  const seal = async (): Promise<number> => {
    let trouble: unknown
    stuckSince ??= clock.now()
    try {
      return await sealAll()
    } catch (error) {
      trouble = error
      throw error
    } finally {
      if (stuckSince !== null && clock.now() - stuckSince >= unsealedMs)
        await say(
          'audit_unsealed',
          trouble ? { err: trouble } : {},
          'entries of the audit log have waited for over a minute: something keeps this node from sealing them',
        )
    }
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

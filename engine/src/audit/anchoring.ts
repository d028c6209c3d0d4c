// Each new checkpoint goes to each anchor, in order, and again until it arrives. No act waits for it.
import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import type { Anchor } from './anchor.ts'
import type { AuditChainStore } from './chain-store.ts'
import { createOnceInWindow } from './once-in-window.ts'
import { openSigned, signAnchorMark } from './signed.ts'

/** Longer than a turn lasts. */
const leaseMs = 120_000
const turnMs = 60_000
const atOnce = 50
const pauseMs = 10_000
/** An anchor that gets nothing for so long, though there is something, is behind. */
const behindMs = 15 * 60_000
/** The same trouble is said so often. */
const sayEveryMs = 600_000

export type AnchoringDeps = {
  readonly auditChain: AuditChainStore
  readonly anchors: () => readonly Anchor[]
  readonly keyring: Pick<Keyring, 'find' | 'newest'>
  readonly clock: Clock
  readonly log: Log
  readonly isStopping?: () => boolean
  /** Told of an anchor that is far behind, and of one whose mark somebody changed. */
  readonly found: (
    what: 'anchor_behind' | 'audit_tampering',
    anchor: string,
    details: Readonly<Record<string, unknown>>,
  ) => Promise<void>
}

export const createAnchoring = (deps: AnchoringDeps) => {
  const { auditChain, anchors, keyring, clock, log, found } = deps
  const once = createOnceInWindow(clock)
  const alarm = (alert: string, anchor: string, fields: object, message: string) =>
    once(`${alert} ${anchor}`, sayEveryMs, async () =>
      log.error({ alert, category: 'SECURITY', anchor, ...fields }, message),
    )

  /** What the head says is the newest checkpoint: checkpoints that are gone from the database are missed by it. */
  const readNewest = async (): Promise<number | null> => {
    const signed = await auditChain.head()
    const opened = signed && (await openSigned(keyring, 'head', signed))
    return opened?.ok ? opened.value.checkpoint.position : null
  }

  /** How far it has come. Who changes the mark, so that nothing is sent any more, has everything sent again. */
  const readMark = async (name: string, newest: number | null): Promise<number> => {
    const signed = await auditChain.anchorMark(name)
    if (!signed) return 0
    const opened = await openSigned(keyring, 'anchor', signed)
    const { position } = opened.ok && opened.value.name === name ? opened.value : { position: Number.POSITIVE_INFINITY }
    if (position <= (newest ?? Number.MAX_SAFE_INTEGER)) return position
    await alarm(
      'audit_anchor_mark',
      name,
      {},
      'an anchor is said to have more than the log, or not by us: somebody changed the database, or set it back',
    )
    await found('audit_tampering', name, { fault: 'anchor_mark', anchor: name })
    return 0
  }

  /** What each anchor had, at most, when this node looked, and since when there was more. */
  const furthest = new Map<string, { readonly position: number; readonly since: number }>()
  const watchLag = async (name: string, position: number, newest: number | null) => {
    const now = clock.now()
    const known = furthest.get(name)
    const isBehind = newest === null || newest > position
    if (!known || !isBehind || position > known.position) furthest.set(name, { position, since: now })
    else if (now - known.since >= behindMs) {
      await alarm('audit_anchor_behind', name, { position, newest }, 'an anchor has lacked checkpoints for long')
      await found('anchor_behind', name, { position, newest, since: known.since })
    }
  }

  const serve = async ({ name, keep }: Anchor): Promise<void> => {
    const newest = await readNewest()
    const mark = await readMark(name, newest)
    await watchLag(name, mark, newest)
    const until = clock.now() + leaseMs
    if (!(await auditChain.claimAnchor({ name, now: clock.now(), until }))) return
    const endAt = performance.now() + turnMs
    let position = mark
    let nextAt = 0
    try {
      for (let isMore = true; isMore; ) {
        const some = await auditChain.listCheckpoints({ after: position, limit: atOnce })
        for (const checkpoint of some) {
          // Nothing that somebody put into the database beyond what is signed.
          if (deps.isStopping?.() || performance.now() > endAt || checkpoint.position > (newest ?? 0)) return
          await keep(checkpoint)
          position = checkpoint.position
        }
        isMore = some.length === atOnce
      }
    } catch (error) {
      nextAt = clock.now() + pauseMs
      await alarm('audit_anchor_down', name, { err: error }, 'an anchor takes no checkpoints: they wait')
    } finally {
      await auditChain.settleAnchor({ name, mark: signAnchorMark(keyring.newest(), { name, position }), until: nextAt })
    }
  }

  return {
    run: async (): Promise<void> => {
      await Promise.all(anchors().map(serve))
    },
  }
}

// Each new checkpoint goes to each anchor, in order, and again until it arrives. No act waits for it.
import type { Keyring } from '../keys/keyring.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import type { Anchor } from './anchor.ts'
import type { AuditChainStore } from './chain-store.ts'
import { createOnceInWindow } from './once-in-window.ts'
import { openSigned } from './signed.ts'

/** Longer than a turn lasts. */
const leaseMs = 120_000
const turnMs = 60_000
const atOnce = 50
const pauseMs = 10_000
/** Nobody is alarmed by less. */
const behindMs = 15 * 60_000
/** A lag is said so often. */
const sayEveryMs = 600_000

export type AnchoringDeps = {
  readonly auditChain: AuditChainStore
  readonly anchors: () => readonly Anchor[]
  readonly keyring: Pick<Keyring, 'find'>
  readonly clock: Clock
  readonly log: Log
  /** Told of an anchor that is far behind, and of one whose mark somebody changed. */
  readonly found: (
    what: 'anchor_behind' | 'audit_tampering',
    anchor: string,
    details: Readonly<Record<string, unknown>>,
  ) => Promise<void>
}

export const createAnchoring = (deps: AnchoringDeps) => {
  const { auditChain, anchors, clock, log, keyring, found } = deps
  const once = createOnceInWindow(clock)
  const alarm = (alert: string, anchor: string, fields: object, message: string) =>
    once(`${alert} ${anchor}`, sayEveryMs, async () =>
      log.error({ alert, category: 'SECURITY', anchor, ...fields }, message),
    )

  /** From where to go on. Who sets the mark too far, so that nothing is sent any more, gets the newest one sent. */
  const startOf = async (name: string, mark: number): Promise<number> => {
    const newest = await auditChain.checkpointBefore(Number.MAX_SAFE_INTEGER)
    if (mark <= (newest?.position ?? 0)) return mark
    await alarm(
      'audit_anchor_mark',
      name,
      {},
      'an anchor is said to have more than the log: somebody changed the database',
    )
    await found('audit_tampering', name, { fault: 'anchor_mark', anchor: name })
    return newest ? newest.position - 1 : 0
  }

  const tellOfLag = async (name: string, position: number): Promise<void> => {
    const [waiting] = await auditChain.listCheckpoints({ after: position, limit: 1 })
    const opened = waiting && (await openSigned(keyring, 'checkpoint', waiting))
    if (opened?.ok && clock.now() - opened.value.at >= behindMs)
      await found('anchor_behind', name, { position: opened.value.position, since: opened.value.at })
  }

  const serve = async ({ name, keep }: Anchor): Promise<void> => {
    const mark = await auditChain.claimAnchor({ name, now: clock.now(), until: clock.now() + leaseMs })
    if (mark === null) return
    const endAt = performance.now() + turnMs
    let position = await startOf(name, mark)
    let until = 0
    try {
      for (let isMore = true; isMore; ) {
        const some = await auditChain.listCheckpoints({ after: position, limit: atOnce })
        for (const checkpoint of some) {
          if (performance.now() > endAt) return
          await keep(checkpoint)
          position = checkpoint.position
        }
        isMore = some.length === atOnce
      }
    } catch (error) {
      until = clock.now() + pauseMs
      await alarm('audit_anchor_down', name, { err: error }, 'an anchor takes no checkpoints: they wait')
      await tellOfLag(name, position)
    } finally {
      await auditChain.settleAnchor({ name, position, until })
    }
  }

  return {
    run: async (): Promise<void> => {
      await Promise.all(anchors().map(serve))
    },
  }
}

// The session as all tabs know it, and the two moments that applications are told of.
import type { SessionEndReason } from '@vigile/contract'
import type { Ports } from './ports.ts'
import { afterRefresh, isLive, noSession, type SessionRecord } from './record.ts'
import { createShared } from './shared.ts'

export type Session = ReturnType<typeof createSession>

type EndListener = (end: { reason: SessionEndReason }) => void

const addTo =
  <L>(listeners: Set<L>) =>
  (listener: L) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

/**
 * The shared session record under `key`. Each beginning and each end gives it a new epoch, and every tab tells its listeners
 * once of each epoch that it sees: at once, or on waking where it was frozen.
 */
export function createSession(ports: Ports, key: string) {
  const ends = new Set<EndListener>()
  const starts = new Set<() => void>()
  const newEpoch = () => `${ports.random()}`

  const notice = () => {
    const { epoch, ended } = shared.read()
    if (epoch === seen) return
    seen = epoch
    for (const tell of ended ? ends : starts) {
      // Later, and apart: a listener that throws must not break a refresh.
      queueMicrotask(() => tell({ reason: ended as SessionEndReason }))
    }
  }
  const shared = createShared<SessionRecord>(ports, key, noSession, notice)
  let seen = shared.read().epoch

  return {
    ...shared,
    notice,
    onEnd: addTo(ends),
    onStart: addTo(starts),
    /** An access token came. `begins`: with a new session; so does one that comes where none was known to live. */
    landed(answer: { fingerprint: string; expiresIn: number }, begins: boolean) {
      const before = shared.read()
      const epoch = isLive(before) && !begins ? before.epoch : newEpoch()
      shared.change(afterRefresh(answer, ports.wall(), epoch))
    },
    over(reason: SessionEndReason, fingerprint = '') {
      shared.change({ ...noSession, ended: reason, fingerprint, epoch: newEpoch(), refreshedAt: ports.wall() })
    },
  }
}

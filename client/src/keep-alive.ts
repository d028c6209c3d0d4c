// The beat: refresh ahead of expiry while the page is in use, on waking at once, and again after a failure.
import type { Confirm } from './confirm.ts'
import type { Csrf } from './csrf.ts'
import type { Ports } from './ports.ts'
import { beatMs, isLive } from './record.ts'
import type { Refresher } from './refresh.ts'
import type { Session } from './session.ts'

/** A hidden page that asked for something so short a time ago is in use. */
const recentMs = 60_000

export type KeepAlive = {
  /** Notes that the application asked for something. */
  used(): void
  /** Whether the access token is past its life, as far as is known. */
  expired(): boolean
  start(): () => void
}

type Deps = { ports: Ports; session: Session; confirm: Confirm; csrf: Csrf; refresher: Refresher }

export function createKeepAlive({ ports, session, confirm, csrf, refresher }: Deps): KeepAlive {
  let usedAt = Number.NEGATIVE_INFINITY
  let lastBeat = ports.wall()
  let knownToken = 0
  let knownAt = 0
  let point = 0
  let asked = false

  /** How much of its life the access token has spent. By both clocks: one may stop during sleep, the other may be set back. */
  const spent = () => {
    const { refreshedAt, accessLifeMs } = session.read()
    if (refreshedAt !== knownToken) {
      knownToken = refreshedAt
      knownAt = ports.now()
      point = 0.5 + 0.4 * ports.random()
    }
    return Math.max(ports.wall() - refreshedAt, ports.now() - knownAt) / accessLifeMs
  }

  const isDue = () => {
    const record = session.read()
    if (record.ended) return false
    // Nothing known, yet a session's cookie is there: ask once, to learn its fingerprint and how long the access token lives.
    if (!record.epoch) {
      const ask = !asked && csrf.present()
      asked ||= ask
      return ask
    }
    return record.failures > 0 || spent() >= point
  }

  const beat = () => {
    session.notice()
    confirm.beat(lastBeat)
    lastBeat = ports.wall()
    const inUse = ports.visible() || ports.now() - usedAt < recentMs
    if (inUse && isDue()) void refresher.refresh()
  }

  return {
    used() {
      usedAt = ports.now()
    },
    expired: () => isLive(session.read()) && spent() >= 1,
    start() {
      let cancel = () => {}
      const loop = () => {
        cancel = ports.timer(beatMs, loop)
        beat()
      }
      lastBeat = ports.wall()
      loop()
      const unlisten = ports.listen((online) => {
        if (online) refresher.forgive()
        beat()
      })
      return () => {
        cancel()
        unlisten()
      }
    },
  }
}

// Timers as browsers run them: late on hidden pages (Chromium's rules).
import type { Locks, Ports } from '../../client/src/ports.ts'
import type { Browser, Page } from './browser.ts'
import { minute, second } from './policy.ts'
import type { Timeline } from './timeline.ts'

export type ThrottledTimer = Ports['timer'] & {
  /** What now runs was not called by a timer. */
  leave(): void
}

/** Hidden for so long, a page has its long chains of timers run once a minute. All others run once a second. */
const intensiveAfterMs = 5 * minute
const longChain = 5

export function throttledTimer(timeline: Timeline, browser: Browser, page: Page): ThrottledTimer {
  /** How many timers, each set by the one before, led to what now runs. */
  let depth = 0
  let turn = 0

  /** Timers that wake together run in the order in which they were due. */
  const delay = (milliseconds: number, chain: number): number => {
    if (page.hiddenSince === null) return milliseconds
    const now = timeline.now()
    const intensive = chain >= longChain && now - page.hiddenSince >= intensiveAfterMs
    const step = intensive ? minute : second
    return Math.ceil((now + milliseconds) / step) * step - now + (milliseconds > second ? 1 : 0)
  }

  const timer = (milliseconds: number, run: () => void) => {
    const chain = turn === timeline.turn() ? depth + 1 : 1
    let live = true
    const cancel = timeline.after(delay(milliseconds, chain), () =>
      browser.inPage(page, () => {
        if (!live) return
        depth = chain
        turn = timeline.turn()
        run()
      }),
    )
    return () => {
      live = false
      cancel()
    }
  }
  const leave = () => {
    depth = 0
  }
  return Object.assign(timer, { leave })
}

/** A granted lock is news of its own: it ends a chain of timers. */
export const apart = (locks: Locks, { leave }: ThrottledTimer): Locks => ({
  request: (name, options, work) =>
    locks.request(name, options, () => {
      leave()
      return work()
    }),
})

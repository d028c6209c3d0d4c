// One at a time over all tabs, and never for longer than T behind a tab that froze (H-16).
import type { Ports } from './ports.ts'
import { patienceMs } from './record.ts'
import { createShared } from './shared.ts'

/**
 * Runs `work` while no other tab runs its own. `signal` aborts after T: whoever holds the lock gives up before others stop waiting
 * for it. A tab that freezes loses the lock: what it finds out may be old by the time it goes on.
 */
export type Exclusive = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>

/** A signal that aborts after so many milliseconds of the injected time. */
export const deadline = (ports: Pick<Ports, 'timer'>, milliseconds: number): AbortSignal => {
  const controller = new AbortController()
  ports.timer(milliseconds, () => controller.abort())
  return controller.signal
}

/**
 * The lock named `name`. The holder leaves its mark in a shared record. A waiter that has seen the same mark for T takes the
 * lock: a live holder would have given up by then. It measures by its own monotonic time, so no clock matters.
 */
export function createLock(ports: Ports, name: string): { locked: Exclusive; listen(): () => void } {
  let mark = ''
  let markedAt = ports.now()

  const patience = () => {
    const { holder } = holding.read()
    if (holder !== mark) {
      mark = holder
      markedAt = ports.now()
    }
    return markedAt + patienceMs - ports.now()
  }
  const holding = createShared(ports, `${name}:lock`, { holder: '' }, patience)

  const hold = async <T>(work: (signal: AbortSignal) => Promise<T>, waited: boolean): Promise<T> => {
    holding.change({ holder: `${ports.random()}` })
    // From the mark on, as the others count: its own pause below must not let it outstay their patience.
    const signal = deadline(ports, patienceMs)
    // What the last holder wrote may arrive a little after its lock: a browser promises no order between the two.
    if (waited) await new Promise<void>((go) => ports.timer(50, go))
    return work(signal)
  }

  return {
    listen: holding.listen,
    async locked(work) {
      const asked = ports.now()
      for (let steal = false; ; ) {
        const waiting = new AbortController()
        // At least two seconds, so that the mark of a holder that has just come can arrive.
        const cancel = ports.timer(Math.max(patience(), 2000), () => waiting.abort())
        let result: ReturnType<typeof work> | undefined
        await ports.locks
          .request(name, steal ? { steal } : { signal: waiting.signal }, () => {
            cancel()
            result = hold(work, ports.now() - asked > 5)
            return result
          })
          .catch(() => cancel())
        // Stolen or not, the outcome is what the work itself makes of it.
        if (result) return result
        // No lock to be had at all (an opaque origin, a page on its way out): the protocol tolerates two at once.
        if (steal) return hold(work, false)
        steal = !waiting.signal.aborted || patience() <= 0
        // Said before it is done: of those that lose patience in the same moment one takes the lock, not each from the last.
        if (steal) holding.change({ holder: `${ports.random()}` })
      }
    },
  }
}

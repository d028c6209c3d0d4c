// One at a time over all tabs, and never for longer than T behind a tab that froze (H-16).
import type { Ports } from './ports.ts'
import { patienceMs } from './record.ts'
import { createShared } from './shared.ts'

/**
 * Runs `work` while no other tab runs its own. `signal` aborts after T: whoever holds the lock gives up before others stop waiting
 * for it. A tab that freezes loses the lock: what it finds out may be old by the time it goes on.
 */
export type Exclusive = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>

/** Aborts after so many milliseconds of the injected time, if nobody does so before. */
export const deadline = (ports: Pick<Ports, 'timer'>, milliseconds: number): AbortController => {
  const controller = new AbortController()
  ports.timer(milliseconds, () => controller.abort())
  return controller
}

/**
 * The lock named `name`. The holder leaves its mark in a shared record. A waiter that has seen the same mark for T takes the
 * lock: a live holder would have given up by then. It measures by its own monotonic time, so no clock matters.
 */
export function createLock(ports: Ports, name: string): { locked: Exclusive; listen(): () => void } {
  let mark = ''
  let patientUntil = ports.now() + patienceMs
  let holds: AbortController | undefined

  const patience = () => {
    const { holder } = holding.read()
    if (holder !== mark) {
      // Others lost patience first: the timers of a hidden page may run once a minute. A late answer would overwrite theirs.
      if (ports.now() >= patientUntil) holds?.abort()
      mark = holder
      patientUntil = ports.now() + patienceMs
    }
    return patientUntil - ports.now()
  }
  const holding = createShared(ports, `${name}:lock`, { holder: '' }, patience)

  const leaveMark = () => holding.change({ holder: `${ports.random()}` })

  const hold = async <T>(work: (signal: AbortSignal) => Promise<T>, waited: boolean): Promise<T> => {
    leaveMark()
    if (waited) {
      // What the last holder wrote may arrive a little after its lock: a browser promises no order between the two.
      await new Promise<void>((go) => ports.timer(50, go))
      // The time to work begins now, for the others as well: on a hidden page that was a minute.
      leaveMark()
    }
    holds = deadline(ports, patienceMs)
    return work(holds.signal)
  }

  return {
    listen: holding.listen,
    async locked(work) {
      const asked = ports.now()
      for (let steal = false; ; ) {
        // At least two seconds, so that the mark of a holder that has just come can arrive. Once the lock is there this does nothing.
        const { signal } = deadline(ports, Math.max(patience(), 2000))
        let result: ReturnType<typeof work> | undefined
        await ports.locks
          .request(name, steal ? { steal } : { signal }, () => {
            result = hold(work, ports.now() - asked > 5)
            return result
          })
          .catch(() => {})
        // Stolen or not, the outcome is what the work itself makes of it.
        if (result) return result
        // No lock to be had at all (an opaque origin, a page on its way out): the protocol tolerates two at once.
        if (steal) return hold(work, false)
        steal = !signal.aborted || patience() <= 0
        // Said before it is done: of those that lose patience in the same moment one takes the lock, not each from the last.
        if (steal) leaveMark()
      }
    },
  }
}

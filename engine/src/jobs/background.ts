// What a node does by itself while it runs, and its end.
import type { Log } from '../primitives/log.ts'

export type Background = {
  /** Does the work again and again; what fails is logged as `what` and left to the next time. */
  every(ms: number, what: string, work: () => Promise<void>): void
  /** Does the work once, so much later; not at all where the node stops before. */
  after(ms: number, what: string, work: () => Promise<unknown>): void
  /** Does the work now, without anybody waiting; what fails is logged as `what`. */
  soon(what: string, work: () => Promise<unknown>): void
  /** Whoever takes one thing after the other takes no more. */
  isStopping(): boolean
  /** Something else that ends with the node. */
  add(task: { stop(): unknown }): void
  /** Nothing begins any more; what is under way is waited for, for a bounded time. */
  stop(): Promise<void>
}

/** Requests have ended by then: with them it is less than the 40 seconds after which supervisors kill (OPS-7). */
const stopWithinMs = 10_000

export const createBackground = (log: Log): Background => {
  const tasks = new Set<{ stop(): unknown }>()
  const running = new Set<Promise<unknown>>()
  let stopped = false
  const soon = (what: string, work: () => Promise<unknown>) => {
    if (stopped) return
    const run = work()
      .catch((error) => log.error({ err: error }, what))
      .finally(() => running.delete(run))
    running.add(run)
  }
  return {
    soon,
    every: (ms, what, work) => {
      const timer = setInterval(() => soon(what, work), ms)
      timer.unref()
      tasks.add({ stop: () => clearInterval(timer) })
    },
    after: (ms, what, work) => {
      if (stopped) return
      const task = { stop: () => clearTimeout(timer) }
      const timer = setTimeout(() => {
        tasks.delete(task)
        soon(what, work)
      }, ms)
      timer.unref()
      tasks.add(task)
    },
    isStopping: () => stopped,
    add: (task) => void tasks.add(task),
    stop: async () => {
      stopped = true
      const tooLong = new Promise<'too long'>((resolve) => setTimeout(resolve, stopWithinMs, 'too long').unref())
      const all = Promise.all([...[...tasks].map((task) => task.stop()), ...running])
      if ((await Promise.race([all, tooLong])) === 'too long')
        log.warn({ seconds: stopWithinMs / 1000 }, 'work in the background was cut: it took longer than the end waits')
    },
  }
}

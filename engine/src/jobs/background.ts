// What a node does by itself while it runs, and its end.
import type { Log } from '../primitives/log.ts'

export type Background = {
  /** Does the work again and again; what fails is logged as `what` and left to the next time. */
  every(ms: number, what: string, work: () => Promise<void>): void
  /** Does the work once, so much later; not at all where the node stops before. */
  after(ms: number, what: string, work: () => Promise<unknown>): void
  /** Does the work now, without anybody waiting; what fails is logged as `what`. */
  soon(what: string, work: () => Promise<unknown>): void
  /** Something else that ends with the node. */
  add(task: { stop(): unknown }): void
  /** Nothing begins any more; what is under way is waited for. */
  stop(): Promise<void>
}

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
    add: (task) => void tasks.add(task),
    stop: async () => {
      stopped = true
      await Promise.all([...tasks].map((task) => task.stop()))
      await Promise.all(running)
    },
  }
}

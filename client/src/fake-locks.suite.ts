// Web Locks for tests: one name, a queue, stealing.
import type { Locks } from './ports.ts'

type Waiting<Tab> = { tab: Tab; grant: () => void; reject: (error: Error) => void }

export const aborted = () => new DOMException('aborted', 'AbortError')

/** `inTab` runs a task in its tab, once that tab can. */
export function createFakeLocks<Tab>(inTab: (tab: Tab, task: () => void) => void) {
  let holder: Waiting<Tab> | undefined
  let queue: Waiting<Tab>[] = []

  const next = () => {
    holder = queue.shift()
    holder?.grant()
  }

  return {
    of: (tab: Tab): Locks => ({
      request: (_name, { signal, steal }, work) =>
        new Promise((resolve, reject) => {
          const release = () => {
            if (holder === mine) next()
          }
          const mine: Waiting<Tab> = {
            tab,
            reject,
            grant: () => inTab(tab, () => void work().then(resolve, reject).finally(release)),
          }
          signal?.addEventListener('abort', () => {
            if (!queue.includes(mine)) return
            queue = queue.filter((each) => each !== mine)
            reject(aborted())
          })
          if (steal) {
            holder?.reject(aborted())
            queue.unshift(mine)
            next()
          } else {
            queue.push(mine)
            if (!holder) next()
          }
        }),
    }),
    /** The tab is gone, and what it held or waited for with it. */
    drop(tab: Tab) {
      queue = queue.filter((each) => each.tab !== tab)
      if (holder?.tab === tab) next()
    },
  }
}

// Keeps one connection up (OPS-10): reconnects for as long as it takes, after 50 ms, 100 ms … 1 s.
import type { Log } from '../primitives/log.ts'
import { within } from './within.ts'

export type Link = {
  /** Resolves once it can be used. */
  readonly ready: Promise<void>
  /** Ends it at once, whatever its state. */
  close(): void
}

export type KeptLink<Kept extends Link> = {
  /** Null while there is none. */
  current(): Kept | null
  /** Settled when the first attempt to connect has succeeded or failed. */
  readonly firstTry: Promise<void>
  /** Gives up the present link, which is of no use, and connects anew. */
  drop(cause: Error): void
  close(): Promise<void>
}

const stepMs = 50
const maxDelayMs = 1_000
const openWithinMs = 5_000

/**
 * @param what names the other side in the log: one warning an outage, one line when it is over.
 * @param open starts a connection; it calls `lost` when that ends by itself, at any time and any number of times.
 */
export const keepConnected = <Kept extends Link>(options: {
  readonly what: string
  readonly open: (lost: (cause: Error) => void) => Kept
  readonly onUp: (link: Kept) => void
  readonly onDown: () => void
  readonly log: Log
}): KeptLink<Kept> => {
  const { what, open, onUp, onDown, log } = options
  const firstTry = Promise.withResolvers<void>()
  let current: Kept | null = null
  let drop = (_cause: Error): void => {}
  let stopWaiting = () => {}
  let closed = false

  /** One connection, from its start to its end. Gives why it ended, and whether it ever was up. */
  const useOne = async (): Promise<{ readonly cause: unknown; readonly wasUp: boolean }> => {
    const end = Promise.withResolvers<Error>()
    drop = end.resolve
    let link: Kept | null = null
    try {
      link = open(end.resolve)
      const endedEarly = end.promise.then((cause) => Promise.reject(cause))
      await within(openWithinMs, what, Promise.race([link.ready, endedEarly]))
      if (closed) return { cause: null, wasUp: true }
      current = link
      onUp(link)
      firstTry.resolve()
      return { cause: await end.promise, wasUp: true }
    } catch (cause) {
      return { cause, wasUp: false }
    } finally {
      if (current && !closed) onDown()
      current = null
      link?.close()
      firstTry.resolve()
    }
  }

  const run = async () => {
    let tries = 0
    let isOut = false
    while (!closed) {
      const { cause, wasUp } = await useOne()
      tries = wasUp ? 1 : tries + 1
      if (closed) return
      if (wasUp || !isOut) log.warn({ err: cause }, `${what} is out of reach; trying again`)
      isOut = true
      const { promise, resolve } = Promise.withResolvers<void>()
      stopWaiting = resolve
      const timer = setTimeout(resolve, Math.min(stepMs * tries, maxDelayMs))
      await promise
      clearTimeout(timer)
    }
  }
  const running = run()

  return {
    current: () => current,
    firstTry: firstTry.promise,
    drop: (cause) => drop(cause),
    close: async () => {
      closed = true
      drop(new Error('closed'))
      stopWaiting()
      await running
    },
  }
}

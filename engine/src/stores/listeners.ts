import type { Invalidation } from '../primitives/channel.ts'
import type { Log } from '../primitives/log.ts'

export type Listener = (message: Invalidation) => void

/** Who wants to hear of invalidations. One that throws neither stops the others nor the node. */
export const createListeners = (log: Log) => {
  const listeners = new Set<Listener>()
  return {
    tell: (message: Invalidation): void => {
      for (const listener of listeners) {
        try {
          listener(message)
        } catch (error) {
          log.error({ err: error, kind: message.kind }, 'a listener of the invalidation channel failed')
        }
      }
    },
    subscribe: (listener: Listener): (() => void) => {
      // Wrapped, so that one function subscribed twice is two subscriptions.
      const own: Listener = (message) => listener(message)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    clear: () => listeners.clear(),
  }
}

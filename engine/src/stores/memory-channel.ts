// The channel of a single server process.
import type { Channel } from '../primitives/channel.ts'
import type { Log } from '../primitives/log.ts'
import { createListeners } from './listeners.ts'

export type MemoryChannelOptions = {
  readonly log: Log
  /** Of the embedded database: commands may open its file beside the server. */
  readonly hasForeignCommits?: () => boolean
}

/**
 * Tells the listeners at once. Nothing can be lost, so it is alive until it is closed; but before it says so, it looks
 * whether a command has written to the file, and if so tells `everything`.
 *
 * @example
 * const channel = createMemoryChannel({ log, hasForeignCommits: database.hasForeignCommits })
 */
export const createMemoryChannel = ({ log, hasForeignCommits = () => false }: MemoryChannelOptions): Channel => {
  const listeners = createListeners(log)
  let closed = false
  return {
    publish: async (messages) => {
      for (const message of messages) listeners.tell(message)
    },
    isAlive: () => {
      if (closed) return false
      if (hasForeignCommits()) listeners.tell({ kind: 'everything' })
      return true
    },
    subscribe: listeners.subscribe,
    close: async () => {
      closed = true
      listeners.clear()
    },
  }
}

import type { Channel } from '../ports.ts'

/** A `BroadcastChannel`, open while someone listens; silent where there is none. */
export function browserChannel(name: string): Channel {
  const listeners = new Set<(message: unknown) => void>()
  let channel: BroadcastChannel | undefined
  const opened = () => {
    if (!channel && globalThis.BroadcastChannel) {
      channel = new BroadcastChannel(name)
      channel.onmessage = ({ data }) => {
        for (const hear of listeners) hear(data)
      }
    }
    return channel
  }
  return {
    post: (message) => opened()?.postMessage(message),
    listen(hear) {
      opened()
      listeners.add(hear)
      return () => {
        listeners.delete(hear)
        if (listeners.size) return
        channel?.close()
        channel = undefined
      }
    },
  }
}

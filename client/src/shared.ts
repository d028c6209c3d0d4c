// One record that every tab of the origin sees: kept in storage, announced on the channel, remembered where storage fails.
import type { Ports } from './ports.ts'

export type Shared<T> = {
  read(): T
  change(patch: Partial<T>): void
}

type Stamped<T> = T & { revision: number }

/**
 * A shared record under `key`. The newest revision wins, whether it came by storage or by message: neither is sure to arrive
 * first, and either may be missing. `changed` is called after each change, this tab's or another's.
 * It holds nothing secret: whoever can run script here may read it (ASVS 14.3.3).
 */
export function createShared<T extends object>(
  ports: Ports,
  key: string,
  nothing: T,
  changed: () => void = () => {},
): Shared<T> & { listen(): () => void } {
  let memory: Stamped<T> = { ...nothing, revision: 0 }

  const adopt = (heard: unknown) => {
    const record = heard as Stamped<T> | null
    // Not `>=`: a tie would let two tabs swap records for ever.
    if (record && record.revision > memory.revision) memory = { ...nothing, ...record }
  }

  const read = () => {
    try {
      adopt(JSON.parse(ports.storage.get(key) ?? 'null'))
    } catch {
      // Something else wrote there. What this tab remembers stands.
    }
    return memory
  }

  return {
    read,
    change(patch) {
      const before = read()
      // The clock orders a new tab's first record after those that it never saw; the count orders all the others.
      memory = { ...before, ...patch, revision: Math.max(ports.wall(), before.revision + 1) }
      ports.storage.set(key, JSON.stringify(memory))
      ports.channel.post({ key, record: memory })
      changed()
    },
    listen() {
      const stop = ports.channel.listen((message) => {
        const { key: about, record } = message as { key?: string; record?: unknown }
        if (about !== key) return
        if (record) {
          adopt(record)
          changed()
        } else if (memory.revision) ports.channel.post({ key, record: memory })
      })
      // Nothing in storage, or no storage: the others may know. A tab that found all out anew would seem to begin a session.
      if (!read().revision) ports.channel.post({ key })
      return stop
    },
  }
}

// Answers of providers, kept in one process: the embedded default.
import type { Clock } from '../primitives/clock.ts'
import type { AnswerKey, KeptAnswer, ProviderCache } from '../provider-calls/provider-cache.ts'

type Entry = { readonly answer: KeptAnswer; readonly until: number; readonly bytes: number }

/** Of an entry without its text: keys, numbers, the map's own. */
const entryBytes = 500

/**
 * Holds `maxEntries` answers and about `maxBytes` at most; then the oldest are forgotten.
 *
 * @example
 * const cache = createMemoryProviderCache({ clock: database.clock })
 */
export const createMemoryProviderCache = ({
  clock,
  maxEntries = 10_000,
  maxBytes = 64 * 1024 * 1024,
}: {
  readonly clock: Clock
  readonly maxEntries?: number
  readonly maxBytes?: number
}): ProviderCache => {
  // In the order in which they were put.
  const entries = new Map<string, Entry>()
  let bytes = 0
  const remove = (id: string) => {
    bytes -= entries.get(id)?.bytes ?? 0
    entries.delete(id)
  }
  return {
    get: async (key) => {
      const id = toId(key)
      const entry = entries.get(id)
      if (entry && entry.until > clock.now()) return entry.answer
      remove(id)
      return null
    },
    put: async (key, answer, keepMs) => {
      const id = toId(key)
      remove(id)
      const entry = { answer, until: clock.now() + keepMs, bytes: entryBytes + 2 * (answer.text?.length ?? 0) }
      entries.set(id, entry)
      bytes += entry.bytes
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries && bytes <= maxBytes) break
        remove(oldest)
      }
    },
    close: async () => {
      entries.clear()
      bytes = 0
    },
  }
}

const toId = ({ userId, provider, what }: AnswerKey) => JSON.stringify([userId, provider, what])

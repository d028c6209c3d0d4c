// What anyone can cause at will is on record once in a window: an entry for each time would let anyone fill the table. The log has
// every time.
import type { Clock } from '../primitives/clock.ts'

/** Remembered as recorded; beyond so many the oldest is forgotten, and recorded again. */
const maxRemembered = 10_000

/**
 * Writes, if this node has not written of the same `id` within `windowMs`, and is done once that is written, whoever asked first. What
 * failed to be written counts as not written.
 */
export type OnceInWindow = (id: string, windowMs: number, write: () => Promise<void>) => Promise<void>

export const createOnceInWindow = (clock: Clock): OnceInWindow => {
  const written = new Map<string, { readonly until: number; readonly done: Promise<void> }>()
  return async (id, windowMs, write) => {
    const now = clock.now()
    const known = written.get(id)
    if (known && known.until > now) return known.done
    written.delete(id)
    const oldest = written.size >= maxRemembered ? written.keys().next().value : undefined
    if (oldest !== undefined) written.delete(oldest)
    // Before it is written: of a thousand parallel ones one writes.
    const mine = { until: now + windowMs, done: write() }
    written.set(id, mine)
    try {
      await mine.done
    } catch (error) {
      if (written.get(id) === mine) written.delete(id)
      throw error
    }
  }
}

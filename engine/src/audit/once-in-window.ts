// What anyone can cause at will is on record once in a window: an entry for each time would let anyone fill the table. The log has
// every time.
import type { Clock } from '../primitives/clock.ts'

/** Remembered as recorded; beyond so many the oldest is forgotten, and recorded again. */
const maxRemembered = 10_000

/** Writes, if this node has not written of the same `id` within `windowMs`. What failed to be written counts as not written. */
export type OnceInWindow = (id: string, windowMs: number, write: () => Promise<void>) => Promise<void>

export const createOnceInWindow = (clock: Clock): OnceInWindow => {
  const writtenUntil = new Map<string, number>()
  return async (id, windowMs, write) => {
    const now = clock.now()
    if ((writtenUntil.get(id) ?? 0) > now) return
    writtenUntil.delete(id)
    const oldest = writtenUntil.size >= maxRemembered ? writtenUntil.keys().next().value : undefined
    if (oldest !== undefined) writtenUntil.delete(oldest)
    // Before it is written: of a thousand parallel ones one writes.
    writtenUntil.set(id, now + windowMs)
    try {
      await write()
    } catch (error) {
      writtenUntil.delete(id)
      throw error
    }
  }
}

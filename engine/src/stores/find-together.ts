// Concurrent requests that look for one session each ask the database once.
import type { SessionId } from '../primitives/ids.ts'
import type { SessionStore } from '../sessions/store.ts'

type Found = Awaited<ReturnType<SessionStore['find']>>
type Waiting = { readonly id: SessionId; resolve(found: Found): void; reject(error: unknown): void }

/** Ids in one statement. */
const maxBatch = 500

/**
 * `find` of the requests of one turn of the event loop, as one statement. With 50 at once it takes a tenth of the CPU of this
 * process (17 µs instead of 195, busy machine). Each is sent after it was asked for, and gets the time of its own statement.
 */
export const findTogether = ({ findMany }: Pick<SessionStore, 'findMany'>): SessionStore['find'] => {
  let waiting: Waiting[] = []

  const ask = async (batch: readonly Waiting[]) => {
    try {
      const { sessions, now } = await findMany([...new Set(batch.map(({ id }) => id))])
      const byId = new Map(sessions.map((session) => [session.id, session]))
      for (const { id, resolve } of batch) resolve({ session: byId.get(id) ?? null, now })
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  const send = () => {
    const all = waiting
    waiting = []
    for (let start = 0; start < all.length; start += maxBatch) void ask(all.slice(start, start + maxBatch))
  }
  return (id) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ id, resolve, reject }) === 1) setImmediate(send)
    })
}

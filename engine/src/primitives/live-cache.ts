// What a node holds in memory of rows that other nodes may change. An entry is used only while it is young and the channel
// on which changes are told is alive; everything else is asked of the database, many ids in one statement.
import type { Channel, Invalidation } from './channel.ts'
import { UnavailableError } from './unavailable.ts'

type Entry<Value> = { readonly value: Value; readonly loadedAt: number }
type Waiting<Id, Value> = {
  readonly id: Id
  tries: number
  resolve(value: Value | null): void
  reject(error: unknown): void
}

/** A load that changes keep overtaking is given up after so many tries. */
const maxTries = 5
/** Ids in one statement. */
const maxBatch = 500

export type LiveCache<Id, Value> = {
  /** The value if it can be trusted without asking. */
  peek(id: Id): Value | undefined
  /** The value: trusted memory, or asked. Null: there is none. */
  get(id: Id): Promise<Value | null>
  drop(id: Id): void
}

export const createLiveCache = <Id extends string, Value>(deps: {
  readonly kind: Exclude<Invalidation['kind'], 'everything'>
  readonly channel: Channel
  readonly loadMany: (ids: readonly Id[]) => Promise<ReadonlyMap<Id, Value>>
  readonly maxAgeMs: number
  readonly maxEntries: number
}): LiveCache<Id, Value> => {
  const { channel, loadMany, maxAgeMs, maxEntries } = deps
  const entries = new Map<Id, Entry<Value>>()
  /** For each statement under way: what changed since it was sent. `null` stands for everything. */
  const overtaken = new Set<Set<Id | null>>()
  let waiting: Waiting<Id, Value>[] = []

  const drop = (id: Id) => {
    entries.delete(id)
    for (const changed of overtaken) changed.add(id)
  }
  channel.subscribe((message) => {
    if (message.kind === deps.kind) drop(message.id as Id)
    if (message.kind !== 'everything') return
    entries.clear()
    for (const changed of overtaken) changed.add(null)
  })

  const peek = (id: Id): Value | undefined => {
    const entry = entries.get(id)
    if (!entry || !channel.isAlive()) return undefined
    if (performance.now() - entry.loadedAt <= maxAgeMs) return entries.get(id)?.value
    entries.delete(id)
    return undefined
  }

  const keep = (id: Id, value: Value, loadedAt: number) => {
    entries.delete(id)
    if (entries.size >= maxEntries) {
      const oldest = entries.keys().next().value
      if (oldest !== undefined) entries.delete(oldest)
    }
    entries.set(id, { value, loadedAt })
  }

  const flush = async (batch: readonly Waiting<Id, Value>[]) => {
    const changed = new Set<Id | null>()
    overtaken.add(changed)
    const sentAt = performance.now()
    try {
      const values = await loadMany([...new Set(batch.map((one) => one.id))])
      for (const one of batch) {
        const value = values.get(one.id) ?? null
        // A change passed while this was loading: what came back may be from before it (H-9). Ask again.
        if (changed.has(one.id) || changed.has(null)) again(one)
        else {
          if (value !== null) keep(one.id, value, sentAt)
          one.resolve(value)
        }
      }
    } catch (error) {
      for (const one of batch) one.reject(error)
    } finally {
      overtaken.delete(changed)
    }
  }

  const again = (one: Waiting<Id, Value>) => {
    one.tries += 1
    if (one.tries >= maxTries) one.reject(new UnavailableError('changes keep overtaking a look-up'))
    else enqueue(one)
  }

  const enqueue = (one: Waiting<Id, Value>) => {
    waiting.push(one)
    if (waiting.length === 1) setImmediate(send)
  }

  const send = () => {
    const batch = waiting
    waiting = []
    for (let start = 0; start < batch.length; start += maxBatch) void flush(batch.slice(start, start + maxBatch))
  }

  return {
    peek,
    drop,
    get: (id) => {
      const held = peek(id)
      if (held !== undefined) return Promise.resolve(held)
      return new Promise((resolve, reject) => enqueue({ id, tries: 0, resolve, reject }))
    },
  }
}

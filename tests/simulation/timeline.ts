// Virtual time: a queue of events, and between any two of them all promises run until they wait for time again.

export type Timeline = ReturnType<typeof createTimeline>

type Entry = { at: number; order: number; run: (() => void) | null }

export function createTimeline() {
  let now = 0
  let order = 0
  let turn = 0
  let stopped = false
  const heap: Entry[] = []

  const earlier = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order)

  const push = (entry: Entry) => {
    let index = heap.length
    heap.push(entry)
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!earlier(entry, heap[parent]!)) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = entry
  }

  const pop = (): Entry | undefined => {
    const first = heap[0]
    const last = heap.pop()
    if (heap.length === 0 || !last) return first
    let index = 0
    for (;;) {
      let child = index * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && earlier(heap[child + 1]!, heap[child]!)) child += 1
      if (!earlier(heap[child]!, last)) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = last
    return first
  }

  /** The next event that was not cancelled, if it is due by then. */
  const next = (until: number): Entry | undefined => {
    for (let entry = heap[0]; entry && entry.at <= until; entry = heap[0]) {
      pop()
      if (entry.run) return entry
    }
    return undefined
  }

  const timeline = {
    now: () => now,
    /** Changes with each event: what runs in the same turn belongs to the same event. */
    turn: () => turn,
    /** Runs after so many milliseconds, rounded up. Returns the way to cancel. */
    after(milliseconds: number, run: () => void): () => void {
      const entry: Entry = { at: now + Math.max(0, Math.ceil(milliseconds)), order: order++, run }
      push(entry)
      return () => {
        entry.run = null
      }
    },
    pause: (milliseconds: number): Promise<void> => new Promise((go) => timeline.after(milliseconds, go)),
    stop() {
      stopped = true
    },
    /**
     * Runs up to this time, or until it is stopped. `rounds`: turns of the real event loop that each event needs, where streams are
     * used; promises need none.
     */
    async run(until: number, rounds = 0): Promise<void> {
      while (!stopped) {
        for (let round = 0; round < rounds; round++) await new Promise<void>((go) => setImmediate(go))
        // A tick comes when no promise has anything left to do.
        await new Promise<void>((go) => process.nextTick(go))
        const entry = next(until)
        if (!entry) break
        now = entry.at
        turn += 1
        entry.run?.()
      }
      if (!stopped) now = until
    },
  }
  return timeline
}

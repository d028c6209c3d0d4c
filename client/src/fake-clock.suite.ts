// Virtual time for tests: nothing sleeps, and every run is the same.

type Timer = { at: number; run: () => void }

/** Lets promises, and the streams under requests, run until they wait for time again. */
const settle = async () => {
  for (let round = 0; round < 6; round++) await new Promise<void>((go) => setImmediate(go))
}

export function createFakeClock() {
  let now = 0
  const timers = new Set<Timer>()

  const clock = {
    now: () => now,
    timer(milliseconds: number, run: () => void) {
      const timer = { at: now + milliseconds, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    async advance(milliseconds: number) {
      const end = now + milliseconds
      await settle()
      for (;;) {
        let next: Timer | undefined
        for (const timer of timers) if (timer.at <= end && (!next || timer.at < next.at)) next = timer
        if (!next) break
        timers.delete(next)
        now = Math.max(now, next.at)
        next.run()
        await settle()
      }
      now = end
    },
    /** Moves on until the promise is settled, and gives what it gave. */
    async until<T>(promise: Promise<T>, limitMs = 120_000): Promise<T> {
      let done = false
      const mark = () => {
        done = true
      }
      promise.then(mark, mark)
      for (const end = now + limitMs; now < end; ) {
        await settle()
        if (done) return promise
        let next = end
        for (const timer of timers) next = Math.min(next, timer.at)
        await clock.advance(Math.max(next - now, 1))
      }
      throw new Error(`not settled within ${limitMs} ms of virtual time`)
    },
  }
  return clock
}

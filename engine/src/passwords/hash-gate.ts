// Password hashing is slow on purpose. Without a bound, a burst of sign-ins takes all memory and threads of the process.

import { availableParallelism } from 'node:os'
import { requireInteger } from '../primitives/require-integer.ts'
import { UnavailableError } from '../primitives/unavailable.ts'

/** Too many hashes are waiting. The caller answers 503 with `Retry-After`; it says nothing about the password. */
export class OverloadedError extends UnavailableError {
  override readonly name = 'OverloadedError'
}

export type HashGateOptions = {
  /**
   * Hashes at once, 1 to 1,024. Default: the number of cores. Each takes the memory of its parameters, and a thread of
   * libuv's pool: on more than 4 cores set `UV_THREADPOOL_SIZE` above this, or files and look-ups wait for passwords.
   */
  concurrency?: number
  /** Hashes that may wait, 0 to 100,000. Default 100. */
  maxWaiting?: number
  /** How long one may wait, 1 to 60,000 ms. Default 10,000. */
  maxWaitMs?: number
}

export type HashGate = { run<T>(work: () => Promise<T>): Promise<T> }

/**
 * A gate that lets a bounded number of hashes run, and a bounded number wait, first come first served.
 * `run` gives what `work` gives, and throws `OverloadedError` without starting it when the queue is full or the wait is
 * over. Throws at once on options out of range.
 *
 * @example
 * const gate = createHashGate({ concurrency: 2 })
 * const stored = await gate.run(() => hash(password))
 */
export function createHashGate(options: HashGateOptions = {}): HashGate {
  const { concurrency = availableParallelism(), maxWaiting = 100, maxWaitMs = 10_000 } = options
  requireInteger('passwords.gate.concurrency', concurrency, { min: 1, max: 1024 })
  requireInteger('passwords.gate.maxWaiting', maxWaiting, { min: 0, max: 100_000 })
  requireInteger('passwords.gate.maxWaitMs', maxWaitMs, { min: 1, max: 60_000 })

  let running = 0
  const waiting = new Set<() => void>() // in the order of arrival

  async function enter(): Promise<void> {
    if (running < concurrency) {
      running += 1
      return
    }
    if (waiting.size >= maxWaiting) throw new OverloadedError('Too many passwords are waiting to be checked')
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(start)
        reject(new OverloadedError(`A password waited ${maxWaitMs} ms to be checked`))
      }, maxWaitMs)
      const start = () => {
        clearTimeout(timer)
        resolve()
      }
      waiting.add(start)
    })
  }

  // The one that leaves hands its place over, so a newcomer can't overtake those who wait.
  function leave(): void {
    const [next] = waiting
    if (next === undefined) {
      running -= 1
      return
    }
    waiting.delete(next)
    next()
  }

  return {
    async run(work) {
      await enter()
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}

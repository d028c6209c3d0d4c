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
  /** Hashes of strangers that may wait, and as many of known clients, 0 to 100,000. Default 100. */
  maxWaiting?: number
  /** How long one may wait, 1 to 60,000 ms. Default 10,000. */
  maxWaitMs?: number
}

/**
 * Who asks. Text: a stranger, by its address. `known`: someone an account vouches for, by a device cookie or a session.
 * Clients take turns, and each has few places to wait.
 */
export type HashClient = string | { readonly known: string }

export type HashGate = {
  run<T>(work: () => Promise<T>, client?: HashClient): Promise<T>
  /** Throws `OverloadedError` where a stranger would find no place to wait: before more work is done for one. */
  requireRoom(): void
}

/** Places to wait for one client: one that sends hundreds of passwords keeps nobody else waiting (S-12). */
const maxWaitingOfOne = 20
/** Stands for callers who are not told apart; they have all the places. */
const anyone = ''

/** Each client's hashes in the order of arrival; the clients in the order of their turns. */
type Lane = { waiting: number; readonly queues: Map<string, Set<() => void>> }

/**
 * A gate that lets a bounded number of hashes run, and a bounded number wait, first come first served. Known clients have a lane
 * of their own, and every other turn: strangers from however many addresses shut none of them out (LIM-7).
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
  const strangers: Lane = { waiting: 0, queues: new Map() }
  const known: Lane = { waiting: 0, queues: new Map() }
  /** The one whose turn is next. */
  let next = known

  const refuse = () => {
    throw new OverloadedError('Too many passwords are waiting to be checked')
  }
  const requireRoom = () => {
    if (running >= concurrency && strangers.waiting >= maxWaiting) refuse()
  }

  async function enter(lane: Lane, client: string): Promise<void> {
    if (running < concurrency) {
      running += 1
      return
    }
    const { queues } = lane
    const queue = queues.get(client) ?? new Set()
    if (lane.waiting >= maxWaiting || (client !== anyone && queue.size >= maxWaitingOfOne)) refuse()
    await new Promise<void>((resolve, reject) => {
      const remove = () => {
        lane.waiting -= 1
        queue.delete(start)
        if (queue.size === 0) queues.delete(client)
      }
      const timer = setTimeout(() => {
        remove()
        reject(new OverloadedError(`A password waited ${maxWaitMs} ms to be checked`))
      }, maxWaitMs)
      const start = () => {
        clearTimeout(timer)
        remove()
        resolve()
      }
      lane.waiting += 1
      queue.add(start)
      queues.set(client, queue)
    })
  }

  // The one that leaves hands its place over, so a newcomer can't overtake those who wait.
  function leave(): void {
    const lane = next.waiting > 0 ? next : other(next)
    const [turn] = lane.queues
    if (turn === undefined) {
      running -= 1
      return
    }
    next = other(lane)
    const [client, queue] = turn
    const [start] = queue
    lane.queues.delete(client)
    if (queue.size > 1) lane.queues.set(client, queue)
    start?.()
  }
  const other = (lane: Lane) => (lane === known ? strangers : known)

  return {
    requireRoom,
    async run(work, client = anyone) {
      await (typeof client === 'string' ? enter(strangers, client) : enter(known, client.known))
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}

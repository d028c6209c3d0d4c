import { UnavailableError } from './unavailable.ts'

export type Deadline = {
  /** What the work gives, or an `UnavailableError` when the time is up. What comes later is dropped. */
  bound<Value>(work: () => Promise<Value>): Promise<Value>
  /** This does not count: whoever is waited for is not a part of ours, and the wait has an end of its own. */
  outside<Value>(work: () => Promise<Value>): Promise<Value>
  /** Milliseconds that are left: who waits for something else plans with them. */
  leftMs(): number
}

/** One end for everything that a request waits for, however many waits there are and whichever part is silent. */
export const createDeadline = (ms: number): Deadline => {
  const late = Promise.withResolvers<never>()
  let leftMs = ms
  /** Null while nothing counts. */
  let startedAt: number | null = null
  let timer: NodeJS.Timeout | undefined
  let isOver = false

  const expire = () => late.reject(new UnavailableError(`there was no answer within ${ms} ms`))
  const left = () => leftMs - (startedAt === null ? 0 : performance.now() - startedAt)
  const start = () => {
    startedAt = performance.now()
    timer = setTimeout(expire, leftMs)
  }
  return {
    bound: async (work) => {
      start()
      try {
        return await Promise.race([work(), late.promise])
      } finally {
        isOver = true
        clearTimeout(timer)
      }
    },
    outside: async (work) => {
      clearTimeout(timer)
      leftMs = left()
      startedAt = null
      try {
        return await work()
      } finally {
        if (!isOver) start()
      }
    },
    leftMs: left,
  }
}

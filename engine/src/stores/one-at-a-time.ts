import { StoreUnavailableError } from '../primitives/unavailable.ts'

export type Turn = {
  /** Ends it. Twice is once. */
  leave(): void
  /** Lets others in while `work` runs, and waits for a turn again. Where that throws, the turn has ended. */
  aside(work: () => Promise<void>): Promise<void>
}

export type OneAtATime = {
  /** Waits for its turn, in order. */
  enter(): Promise<Turn>
}

/**
 * Lets one user in at a time. Who has waited for `maxWaitMs` is refused: a transaction whose work asks the database
 * outside that transaction would otherwise wait for itself for ever.
 */
export const createOneAtATime = (maxWaitMs: number): OneAtATime => {
  const waiting: (() => void)[] = []
  let taken = false

  const handOver = () => {
    const next = waiting.shift()
    if (next) next()
    else taken = false
  }
  const comeIn = async () => {
    if (taken) {
      await new Promise<void>((resolve, reject) => {
        const enter = () => {
          clearTimeout(timer)
          resolve()
        }
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(enter), 1)
          reject(new StoreUnavailableError(`The database was in use for ${maxWaitMs} ms`))
        }, maxWaitMs)
        waiting.push(enter)
      })
    }
    taken = true
  }

  return {
    enter: async () => {
      await comeIn()
      let isIn = true
      const leave = () => {
        if (isIn) handOver()
        isIn = false
      }
      return {
        leave,
        aside: async (work) => {
          leave()
          await work()
          await comeIn()
          isIn = true
        },
      }
    },
  }
}

import { StoreUnavailableError } from '../primitives/unavailable.ts'

export type OneAtATime = {
  /** Waits for its turn, in order; gives the function that ends it. */
  enter(): Promise<() => void>
}

/**
 * Lets one user in at a time. Who has waited for `maxWaitMs` is refused: a transaction whose work asks the database
 * outside that transaction would otherwise wait for itself for ever.
 */
export const createOneAtATime = (maxWaitMs: number): OneAtATime => {
  const waiting: (() => void)[] = []
  let taken = false

  const leave = () => {
    const next = waiting.shift()
    if (next) next()
    else taken = false
  }
  const turn = () => {
    let left = false
    return () => {
      if (!left) leave()
      left = true
    }
  }

  return {
    enter: async () => {
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
      return turn()
    },
  }
}

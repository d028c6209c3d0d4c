// The time by which nodes remember and channels are alive (`performance.now`): it can be made to jump or to stand still.
import { vi } from 'vitest'

export const holdTime = () => {
  const now = performance.now.bind(performance)
  let aged = 0
  let stoppedAt: number | null = null
  vi.spyOn(performance, 'now').mockImplementation(() => (stoppedAt ?? now()) + aged)
  return {
    stop: () => {
      stoppedAt = now()
    },
    /** Goes on from then. It never goes back. */
    age: (ms: number) => {
      stoppedAt = null
      aged += ms
    },
  }
}

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createDeadline } from './deadline.ts'
import { UnavailableError } from './unavailable.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const lasting = (ms: number) => new Promise<'done'>((resolve) => setTimeout(resolve, ms, 'done'))

describe('one deadline for all that a request waits for', () => {
  test('S-90 work within it gives what it gives, and leaves no timer behind', async () => {
    const bound = createDeadline(1_000).bound(async () => 'done')
    expect(await bound).toBe('done')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('S-90 several waits, each of them short enough, end together', async () => {
    const bound = createDeadline(1_000).bound(async () => {
      for (let wait = 0; wait < 10; wait += 1) await lasting(400)
    })
    const outcome = expect(bound).rejects.toThrow(UnavailableError)
    await vi.advanceTimersByTimeAsync(999)
    expect(vi.getTimerCount()).toBe(2)
    await vi.advanceTimersByTimeAsync(1)
    await outcome
  })

  test('what others take does not count, before and after it does', async () => {
    const deadline = createDeadline(1_000)
    const bound = deadline.bound(async () => {
      await lasting(600)
      await deadline.outside(() => lasting(5_000))
      return lasting(300)
    })
    await vi.advanceTimersByTimeAsync(5_900)
    expect(await bound).toBe('done')

    const late = createDeadline(1_000)
    const tooLong = late.bound(async () => {
      await lasting(600)
      await late.outside(() => lasting(5_000))
      return lasting(500)
    })
    const outcome = expect(tooLong).rejects.toThrow('within 1000 ms')
    await vi.advanceTimersByTimeAsync(6_100)
    await outcome
  })

  test('what is left is told, without the time that does not count', async () => {
    const deadline = createDeadline(1_000)
    const bound = deadline.bound(async () => {
      await lasting(600)
      expect(deadline.leftMs()).toBe(400)
      await deadline.outside(async () => {
        await lasting(5_000)
        expect(deadline.leftMs()).toBe(400)
      })
      await lasting(300)
      expect(deadline.leftMs()).toBe(100)
    })
    await vi.advanceTimersByTimeAsync(5_900)
    await bound
  })

  test('work that fails once nobody waits for it any more ends no process', async () => {
    const unhandled = vi.fn()
    process.once('unhandledRejection', unhandled)
    const bound = createDeadline(10).bound(async () => {
      await lasting(20)
      throw new Error('too late to matter')
    })
    const outcome = expect(bound).rejects.toThrow(UnavailableError)
    await vi.advanceTimersByTimeAsync(30)
    await outcome
    await new Promise((resolve) => setImmediate(resolve))
    expect(unhandled).not.toHaveBeenCalled()
    process.off('unhandledRejection', unhandled)
  })
})

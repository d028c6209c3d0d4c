import { expect, test } from 'vitest'
import { createChance } from './chance.ts'
import { createDisk } from './disk.ts'
import { emptyJar, type Jar } from './jar.ts'
import { hour, second } from './policy.ts'
import { createTimeline } from './timeline.ts'

const jarOf = (generation: number): Jar => ({
  ...emptyJar,
  refresh: { sessionId: 's1', generation, issue: 0, keyId: 'k1', until: Number.POSITIVE_INFINITY },
})

const setUp = () => {
  const timeline = createTimeline()
  const memory = { jar: emptyJar, storage: new Map<string, string>() }
  const disk = createDisk(timeline, createChance('disk'), () => memory)
  const set = (generation: number) => {
    memory.jar = jarOf(generation)
    disk.changed('jar')
  }
  const after = (ms: number) => timeline.run(timeline.now() + ms)
  const kept = () => disk.afterCrash().jar.refresh?.generation
  return { disk, set, after, kept }
}

test('a cookie is on the disk after half a minute, and not at once', async () => {
  const { set, after, kept } = setUp()
  set(1)
  await after(31 * second)
  set(2)
  await after(second)
  expect(kept()).toBe(1)
  set(3)
  await after(31 * second)
  expect(kept()).toBe(3)
})

test('while the laptop sleeps nothing is written, and time asleep does not count', async () => {
  const { disk, set, after, kept } = setUp()
  set(1)
  disk.sleep()
  await after(hour)
  disk.wake()
  await after(second)
  expect(kept()).toBeUndefined()
  set(2)
  await after(31 * second)
  expect(kept()).toBe(2)
})

test('a browser that is closed has written everything', () => {
  const { disk, set, kept } = setUp()
  set(1)
  disk.flush()
  expect(kept()).toBe(1)
})

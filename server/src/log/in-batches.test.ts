import { expect, test } from 'vitest'
import { inBatches } from './in-batches.ts'

test('OPS-4 lines of a moment are one write, in their order, and none is lost', async () => {
  const writes: string[] = []
  const log = inBatches({ write: (text) => writes.push(text) })
  log.write('a\n')
  log.write('b\n')
  expect(writes).toEqual([])
  await expect.poll(() => writes).toEqual(['a\nb\n'])
  log.write('c\n')
  await expect.poll(() => writes).toEqual(['a\nb\n', 'c\n'])
})

test('OPS-4 what is held when the process ends is written then', () => {
  const writes: string[] = []
  const before = process.listeners('exit')
  inBatches({ write: (text) => writes.push(text) }).write('last words\n')
  const [atExit] = process.listeners('exit').filter((listener) => !before.includes(listener))
  atExit?.call(process, 0)
  expect(writes).toEqual(['last words\n'])
})

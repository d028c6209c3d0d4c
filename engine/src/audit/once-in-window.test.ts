import { expect, test } from 'vitest'
import { createOnceInWindow } from './once-in-window.ts'

const setUp = () => {
  let now = 1_000_000
  const written: string[] = []
  const once = createOnceInWindow({ now: () => now })
  const ask = (id: string) => once(id, 60_000, async () => void written.push(id))
  return { once, ask, written, move: (ms: number) => (now += ms) }
}

test('AUD-2 once in a window for each id, however many ask at once', async () => {
  const { ask, written, move } = setUp()
  await Promise.all(Array.from({ length: 50 }, () => ask('a')))
  await ask('b')
  move(59_999)
  await ask('a')
  expect(written).toEqual(['a', 'b'])
  move(1)
  await ask('a')
  expect(written).toEqual(['a', 'b', 'a'])
})

test('AUD-2 what failed to be written is a fault, and is written the next time', async () => {
  const { once, ask, written } = setUp()
  const down = once('a', 60_000, async () => {
    throw new Error('the database is away')
  })
  await expect(down).rejects.toThrow('away')
  await ask('a')
  expect(written).toEqual(['a'])
})

test('AUD-2 attack: who asks while it is being written goes on although it can not be', async () => {
  const { once, ask, written } = setUp()
  const writing = Promise.withResolvers<void>()
  const asked = Promise.allSettled([once('a', 60_000, () => writing.promise), ask('a'), ask('a')])
  writing.reject(new Error('the database is away'))
  expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  await ask('a')
  expect(written).toEqual(['a'])
})

test('AUD-2 remembers so many and no more: the oldest is written again', async () => {
  const { ask, written } = setUp()
  for (let index = 0; index <= 10_000; index += 1) await ask(`${index}`)
  await ask('10000')
  expect(written).toHaveLength(10_001)
  await ask('0')
  expect(written).toHaveLength(10_002)
})

import { expect, test } from 'vitest'
import { createSessionId, createUserId, type SessionId } from '../primitives/ids.ts'
import { findTogether } from './find-together.ts'
import { sampleSession } from './samples.suite.ts'

const userId = createUserId()
const [mine, yours] = [sampleSession({ userId }), sampleSession({ userId })]

const storeOf = (asked: (readonly SessionId[])[]) => ({
  findMany: async (ids: readonly SessionId[]) => {
    asked.push(ids)
    return { sessions: [mine, yours].filter(({ id }) => ids.includes(id)), now: asked.length }
  },
})

test('those of one turn are one statement, and each gets its own', async () => {
  const asked: (readonly SessionId[])[] = []
  const find = findTogether(storeOf(asked))
  const nobody = createSessionId()
  expect(await Promise.all([find(mine.id), find(nobody), find(yours.id), find(mine.id)])).toEqual([
    { session: mine, now: 1 },
    { session: null, now: 1 },
    { session: yours, now: 1 },
    { session: mine, now: 1 },
  ])
  expect(asked).toEqual([[mine.id, nobody, yours.id]])
})

test('who asks later is told what is there later', async () => {
  const asked: (readonly SessionId[])[] = []
  const find = findTogether(storeOf(asked))
  const first = find(mine.id)
  await new Promise((resolve) => setImmediate(resolve))
  const second = find(mine.id)
  expect([(await first).now, (await second).now]).toEqual([1, 2])
})

test('a statement has a bound of ids', async () => {
  const asked: (readonly SessionId[])[] = []
  const find = findTogether(storeOf(asked))
  await Promise.all(Array.from({ length: 1_200 }, () => find(createSessionId())))
  expect(asked.map((ids) => ids.length)).toEqual([500, 500, 200])
})

test('S-90 a fault is told to everyone who waited, and to nobody after them', async () => {
  let isDown = true
  const find = findTogether({
    findMany: async () => {
      if (isDown) throw new Error('down')
      return { sessions: [mine], now: 1 }
    },
  })
  const both = await Promise.allSettled([find(mine.id), find(yours.id)])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  isDown = false
  expect((await find(mine.id)).session).toBe(mine)
})

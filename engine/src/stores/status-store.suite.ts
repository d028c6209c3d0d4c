// The store of what the status page tells.
import { expect, test } from 'vitest'
import type { Period } from '../status/period.ts'
import { openTwice } from './open-twice.suite.ts'
import { atOnce, type Place } from './samples.suite.ts'

export const statusStoreSuite = (newPlace: () => Promise<Place>): void => {
  const db = openTwice(newPlace)
  const period = (part: string, beganAt: number, seenAt: number, state: Period['state'] = 'up'): Period => ({
    part,
    state,
    beganAt,
    seenAt,
  })
  const periodsOf = async (part: string) =>
    (await db.other.status.since(0)).filter((one) => one.part === part).sort((a, b) => a.beganAt - b.beganAt)

  test('OPS-6 periods come back as they were written, those that were seen since then', async () => {
    const one = period('sign-in', 1_000, 2_000)
    expect(await db.one.status.open(one)).toBe(true)
    expect(await db.one.status.open(period('email', 1_000, 5_000, 'degraded'))).toBe(true)
    expect(await db.other.status.since(2_000)).toHaveLength(2)
    expect(await db.other.status.since(2_001)).toStrictEqual([period('email', 1_000, 5_000, 'degraded')])
    expect(await periodsOf('sign-in')).toStrictEqual([one])
  })

  test('OPS-6 a period opens beside others, never within one', async () => {
    await db.one.status.open(period('a', 1_000, 2_000))
    const within = [
      period('a', 1_000, 2_000, 'down'),
      period('a', 1_500, 1_600),
      period('a', 500, 1_001),
      period('a', 1_999, 9_000),
      period('a', 0, 9_000),
    ]
    for (const one of within) expect(await db.other.status.open(one)).toBe(false)
    expect(await db.one.status.open(period('a', 2_000, 3_000, 'down'))).toBe(true)
    expect(await db.one.status.open(period('a', 500, 1_000))).toBe(true)
    expect(await periodsOf('a')).toHaveLength(3)
  })

  test('OPS-6 of many nodes that open or move one period at once, one does', async () => {
    const opened = await atOnce(8, [db.one, db.other], ({ status }) => status.open(period('race', 5_000, 6_000)))
    expect(opened.filter(Boolean)).toHaveLength(1)
    const moved = await atOnce(8, [db.one, db.other], ({ status }) =>
      status.extend(period('race', 5_000, 6_000), 7_000),
    )
    expect(moved.filter(Boolean)).toHaveLength(1)
    expect(await periodsOf('race')).toStrictEqual([period('race', 5_000, 7_000)])
  })

  test('OPS-6 TOK-10 what was last seen before then is removed, in batches', async () => {
    for (const at of [10, 20, 30]) await db.one.status.open(period('old', at, at + 1))
    expect(await db.one.status.deleteOld(21, 1)).toBe(1)
    expect(await db.one.status.deleteOld(21, 10)).toBe(0)
    expect((await periodsOf('old')).map(({ beganAt }) => beganAt)).toEqual([20, 30])
  })
}

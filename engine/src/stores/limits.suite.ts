import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LimitStore } from '../limits/store.ts'

/** `open` gives another node's store on the same counts; in memory there is but one. */
export const limitsSuite = (open: () => LimitStore): void => {
  let here: LimitStore
  let there: LimitStore
  beforeAll(() => {
    here = open()
    there = open()
  })
  afterAll(async () => {
    await here.close()
    await there.close()
  })
  const rule = { limit: 3, windowSeconds: 900 }

  test('LIM-4 H-14 of 1,000 parallel attempts at a limit of 10, on two nodes, exactly 10 pass', async () => {
    const key = randomUUID()
    const ten = { limit: 10, windowSeconds: 900 }
    const counts = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => (index % 2 ? here : there).hit('attack', key, ten)),
    )
    expect(counts.filter(({ allowed }) => allowed)).toHaveLength(10)
    expect(here.isDegraded() || there.isDegraded()).toBe(false)
  })

  test('LIM-3 a count says what is left, and when it begins anew', async () => {
    const key = randomUUID()
    const counts = [
      await here.hit('r', key, rule),
      await there.hit('r', key, rule),
      await here.hit('r', key, rule),
      await here.hit('r', key, rule),
    ]
    expect(counts.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
      [true, 2],
      [true, 1],
      [true, 0],
      [false, 0],
    ])
    for (const { resetMs } of counts) {
      expect(resetMs).toBeGreaterThan(890_000)
      expect(resetMs).toBeLessThanOrEqual(900_000)
    }
  })

  test('counts of other names and keys are apart, however alike', async () => {
    const key = randomUUID()
    const one = { limit: 1, windowSeconds: 900 }
    const pairs = [
      ['a', key],
      ['b', key],
      ['a', `${key}:`],
      ['a:', key],
      ['a', `${key}}`],
      ['a', key.repeat(10)],
      ['a', `${key.repeat(10)}x`],
    ] as const
    for (const [name, each] of pairs) expect((await here.hit(name, each, one)).allowed).toBe(true)
    for (const [name, each] of pairs) expect((await there.hit(name, each, one)).allowed).toBe(false)
  })

  test('what is taken back is free again; what was refused was not counted', async () => {
    const key = randomUUID()
    for (let each = 0; each < 10; each++) await here.hit('r', key, rule)
    await there.refund('r', key, rule)
    expect((await here.hit('r', key, rule)).allowed).toBe(true)
    expect((await here.hit('r', key, rule)).allowed).toBe(false)
  })

  test('taking back what was never counted gives nobody more than the limit', async () => {
    const key = randomUUID()
    for (let each = 0; each < 5; each++) await here.refund('r', key, rule)
    await here.hit('r', key, rule)
    for (let each = 0; each < 5; each++) await here.refund('r', key, rule)
    const counts = await Promise.all(Array.from({ length: 5 }, () => here.hit('r', key, rule)))
    expect(counts.filter(({ allowed }) => allowed)).toHaveLength(3)
  })

  test('LIM-6 a count that is lifted is forgotten', async () => {
    const key = randomUUID()
    for (let each = 0; each < 4; each++) await here.hit('r', key, rule)
    expect(await there.lift('r', key)).toBe(true)
    expect(await here.hit('r', key, rule)).toMatchObject({ allowed: true, remaining: 2 })
    expect(await here.lift('r', randomUUID())).toBe(false)
  })

  const fullOf = (key: string, store = there) => store.listFull((one) => one.key === key, 100)
  const fill = async (name: string, key: string, userId?: string) => {
    for (let each = 0; each < 4; each++) await here.hit(name, key, rule, userId)
  }

  test('LIM-6 a count is listed once it has refused somebody, on every node, and no more when it is lifted', async () => {
    const key = `a "key" of ${randomUUID()}`
    for (let each = 0; each < 3; each++) await here.hit('r', key, rule, 'ada')
    expect(await fullOf(key)).toEqual([])
    await here.hit('r', key, rule, 'ada')
    await expect.poll(() => fullOf(key)).toHaveLength(1)
    const [full] = await fullOf(key)
    expect(full).toMatchObject({ name: 'r', key, userId: 'ada', used: 3, limit: 3 })
    expect(Math.abs((full?.until ?? 0) - Date.now() - 900_000)).toBeLessThan(60_000)
    await there.lift('r', key)
    expect(await fullOf(key, here)).toEqual([])
    // It fills up again as any other, and is listed again.
    await fill('r', key)
    await expect.poll(() => fullOf(key)).toMatchObject([{ used: 3 }])
  })

  test('LIM-6 what is taken back makes it full no more; long keys are told whole', async () => {
    const key = randomUUID().repeat(8)
    await fill('r', key)
    await expect.poll(() => fullOf(key)).toMatchObject([{ key }])
    await here.refund('r', key, rule)
    expect(await fullOf(key)).toEqual([])
  })

  test('LIM-6 no more than asked for are given, of those wanted alone', async () => {
    const mark = randomUUID()
    for (let each = 0; each < 5; each++) await fill('r', `${mark} ${each}`)
    const wanted = (one: { key: string }) => one.key.startsWith(mark)
    await expect.poll(() => there.listFull(wanted, 100)).toHaveLength(5)
    expect(await there.listFull(wanted, 2)).toHaveLength(2)
    expect(await there.listFull(() => false, 100)).toEqual([])
  })

  test('LIM-6 H-14 lifted by two nodes while others count, it is lifted whole or not, and by each act once', async () => {
    const key = randomUUID()
    await fill('r', key)
    const [first, second, ...counts] = await Promise.all([
      here.lift('r', key),
      there.lift('r', key),
      ...Array.from({ length: 200 }, (_, index) => (index % 2 ? here : there).hit('r', key, rule)),
    ])
    // After a lift there is room for three: a second lift that found these counts made room for three more, and said so.
    const allowed = counts.filter((count) => count.allowed).length
    const lifts = [first, second].filter(Boolean).length
    expect(lifts).toBeGreaterThan(0)
    expect(allowed).toBeGreaterThan(0)
    expect(allowed).toBeLessThanOrEqual(3 * lifts)
  })

  test('a limit of none lets nobody through', async () => {
    expect((await here.hit('r', randomUUID(), { limit: 0, windowSeconds: 60 })).allowed).toBe(false)
  })

  test('when the window has ended, the count begins anew', async () => {
    const key = randomUUID()
    const short = { limit: 1, windowSeconds: 1 }
    await here.hit('r', key, short)
    expect((await here.hit('r', key, short)).allowed).toBe(false)
    await expect.poll(async () => (await there.hit('r', key, short)).allowed, { timeout: 5_000 }).toBe(true)
    expect((await here.hit('r', key, short)).allowed).toBe(false)
  })
}

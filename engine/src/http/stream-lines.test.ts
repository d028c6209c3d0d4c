import { expect, test, vi } from 'vitest'
import { streamLines } from './stream-lines.ts'

const rig = async (lines: number, { maxMs = 60_000, breakAt = -1 } = {}) => {
  const seen = { made: 0, returned: false, ends: [] as unknown[] }
  const make = async function* () {
    try {
      for (; seen.made < lines; ) {
        if (seen.made === breakAt) throw new Error('the database is gone')
        seen.made += 1
        yield 'x'.repeat(999)
      }
    } finally {
      seen.returned = true
    }
  }
  const stream = await streamLines(make(), { maxMs, end: (error) => void seen.ends.push(error) })
  return { seen, stream, reader: stream.getReader() }
}

test('AUD-4 lines are made as they are read, and end once', async () => {
  const { seen, reader } = await rig(1_000)
  expect(seen.made).toBe(1)
  await reader.read()
  expect(seen.made).toBeLessThan(100)
  for (let length = 0; ; ) {
    const { value, done } = await reader.read()
    if (done) break
    length += value.length
    expect(length).toBeLessThan(1_000_000)
  }
  expect(seen).toMatchObject({ made: 1_000, ends: [undefined] })
})

test('AUD-4 who gives up reading ends it', async () => {
  const { seen, reader } = await rig(1_000)
  await reader.read()
  await reader.cancel()
  await vi.waitFor(() => expect(seen.returned).toBe(true))
  expect(seen.ends).toEqual([undefined])
  expect(seen.made).toBeLessThan(100)
})

test('AUD-4 what breaks breaks the body off: it never looks whole', async () => {
  const { seen, reader } = await rig(1_000, { breakAt: 500 })
  const read = async () => {
    while (!(await reader.read()).done);
  }
  await expect(read()).rejects.toThrow('the database is gone')
  expect(seen.ends).toHaveLength(1)
  expect(seen.ends[0]).toBeInstanceOf(Error)
})

test('AUD-4 what breaks before the first line is told to whoever asked for the answer', async () => {
  await expect(rig(1, { breakAt: 0 })).rejects.toThrow('the database is gone')
})

test('AUD-4 attack: a client that never reads keeps nothing waiting for ever', async () => {
  const { seen, reader } = await rig(1_000, { maxMs: 20 })
  await vi.waitFor(() => expect(seen.ends).toHaveLength(1))
  await expect(reader.read()).rejects.toThrow('not read within')
  expect(seen).toMatchObject({ returned: true, made: 1 })
})

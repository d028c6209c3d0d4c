import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Place } from './samples.suite.ts'

const run = promisify(execFile)
const program = new URL('./process-that-migrates.suite.ts', import.meta.url).pathname

export const migrationsSuite = (newPlace: () => Promise<Place>): void => {
  test('OPS-6 what is pending and what is applied can be told apart, before and after', async () => {
    const place = await newPlace()
    const database = place.open()
    const before = await database.migrationState()
    expect(before.applied).toEqual([])
    expect(before.pending.length).toBeGreaterThan(0)
    expect(await database.migrate()).toEqual(before.pending)
    expect(await database.migrate()).toEqual([])
    expect(await database.migrationState()).toEqual({ applied: before.pending, pending: [] })
    await place.remove()
  })

  test('OPS-9 OPS-11 of many nodes that migrate at the same moment, one does it and none fails', async () => {
    const place = await newPlace()
    const nodes = Array.from({ length: 6 }, () => place.open())
    // Connected, so that they start together.
    await Promise.all(nodes.map((node) => node.ping()))
    const applied = await Promise.all(nodes.map((node) => node.migrate()))
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1)
    await place.remove()
  })

  test('OPS-9 OPS-11 of three processes that migrate at once, one does it and none fails', async () => {
    const place = await newPlace()
    const processes = Array.from({ length: 3 }, () =>
      run(process.execPath, ['--conditions=@vigile/source', program, place.kind, place.address]),
    )
    const applied = (await Promise.all(processes)).map(({ stdout }) => JSON.parse(stdout) as string[])
    const database = place.open()
    expect(applied.flat()).toEqual((await database.migrationState()).applied)
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1)
    await place.remove()
  })
}

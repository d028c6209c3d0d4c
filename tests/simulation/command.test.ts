import { describe, expect, test } from 'vitest'
import { help, readOptions } from './options.ts'
import { inThreads } from './pool.ts'
import { collect } from './results.ts'
import { rules } from './rules/all.ts'
import { notes, table } from './table.ts'
import { honestTasks, perform, type Task, thiefTasks } from './tasks.ts'

describe('what it is asked for', () => {
  test('nothing said, it runs all rules at both rates', () => {
    expect(readOptions([])).toMatchObject({ rules, factors: [1, 5], seed: 1, trials: 10, world: null, thief: null })
  })

  test('one rule, one rate, a size and a seed', () => {
    const options = readOptions(['--refreshes', '3000000', '--seed', '7', '--rule', 'grace', '--rates', 'x5'])
    expect(options).toMatchObject({ refreshes: 3_000_000, others: 3_000_000, seed: 7, factors: [5] })
    expect(options.rules.map(({ name }) => name)).toEqual(['grace'])
  })

  test.each([
    [['--rule', 'gracious'], 'there is no "gracious"; there are: vigile, strict'],
    [['--rates', 'x3'], '--rates must be x1 or x5'],
    [['--refreshes', 'many'], '--refreshes must be a whole number'],
    [['--nonsense'], "Unknown option '--nonsense'"],
  ])('%j is refused, and it says why', (args, why) => {
    expect(() => readOptions(args)).toThrow(why)
  })

  test('the help names every option', () => {
    for (const name of Object.keys(readOptions([])).filter((name) => name !== 'help')) {
      const option = { rules: 'rule', factors: 'rates' }[name] ?? name
      expect(help).toContain(`--${option} `)
    }
  })
})

test('the sums do not depend on the number of threads, and stand in one table', async () => {
  const some = rules.filter(({ name }) => name === 'strict' || name === 'previous')
  const tasks: Task[] = some.flatMap(({ name }) => [
    ...honestTasks(name, 1, 1, 300),
    ...thiefTasks(name, 1, 1, 3).filter((_, index) => index % 40 === 0),
  ])
  const progress: number[] = []
  const outcomes = await inThreads(tasks, 2, (done) => progress.push(done))
  expect(progress).toEqual(tasks.map((_, index) => index + 1))
  expect(outcomes).toEqual(await Promise.all(tasks.map(perform)))

  const results = collect(some, tasks, outcomes)
  const [head, , first, ...rest] = table(results).split('\n')
  expect(head).toMatch(/^\| +\| strict rotation +\| previous always accepted +\|$/)
  expect(first).toMatch(/^\| logouts per million refreshes \| [\d,.]+ \(\d+ in \d+\) +\|/)
  expect(rest.every((line) => line.startsWith('| thief: '))).toBe(true)
  expect(notes(results)).toMatch(/^strict rotation: 1 worlds, \d+ sign-ins/)
}, 60_000)

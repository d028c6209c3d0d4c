#!/usr/bin/env node
// The simulation at any size: `tests/simulation/run.ts --help`.
import { times } from './faults.ts'
import { type Breach, honestBreaches, tellStory, thiefBreaches } from './gate.ts'
import { useLightGlobals } from './light-globals.ts'
import { help, type Options, readOptions } from './options.ts'
import { inThreads } from './pool.ts'
import { collect } from './results.ts'
import { notes, type RuleResult, table } from './table.ts'
import { type Done, type Factor, honestTasks, type Task, thiefNamed, thiefTasks } from './tasks.ts'

/** Stories told; the other findings are only named. */
const maxStories = 3

async function tellOne({ rules, factors, seed, days, world, thief }: Options): Promise<void> {
  const [rule] = rules
  const [factor = 1] = factors
  const breach: Breach = { words: 'as asked for', world: world ?? 0, ...(thief && { thief }) }
  const length = { whole: true, ...(thief && { days }) }
  console.log(await tellStory(breach, { rule: rule!, faults: times(factor), seed, ...length }))
}

const tasksOf = ({ rules, factors, seed, refreshes, others, trials, days }: Options): Task[] =>
  rules.flatMap(({ name, client }) => [
    ...factors.flatMap((factor) => honestTasks(name, factor, seed, client === 'vigile' ? refreshes : others)),
    ...(trials === 0 ? [] : thiefTasks(name, seed, trials, days)),
  ])

const inShort = (task: Task, outcome: Done): string => {
  if (task.kind === 'thief' || outcome.kind === 'thief') return task.kind === 'thief' ? `thief ${task.thief}` : ''
  const { refreshes, spurious } = outcome.tally
  const named = [...new Set(spurious.map(({ world }) => `world ${world}`))].slice(0, maxStories)
  const whom =
    spurious.length === 0
      ? 'nobody'
      : `${spurious.length}, in ${named.join(', ')}${named.length < maxStories ? '' : ', …'}`
  return `× ${task.factor}, ${refreshes} refreshes, logged out for nothing: ${whom}`
}

const tellProgress = (total: number) => {
  const started = performance.now()
  return (done: number, task: Task, outcome: Done) => {
    const seconds = Math.round((performance.now() - started) / 1000)
    const toGo = Math.round((seconds / done) * (total - done))
    console.error(
      `${done} of ${total} after ${seconds} s, about ${toGo} s to go: ${task.rule}, ${inShort(task, outcome)}`,
    )
  }
}

/** What the gate has against our own rule; the others are only there to be compared. */
async function judge({ rule, stated, harsh, thieves }: RuleResult, { seed, days }: Options): Promise<void> {
  if (rule.client !== 'vigile') return
  const breaches: [breach: Breach, factor: Factor][] = [
    ...(stated ? honestBreaches(stated, 1) : []).map((breach): [Breach, Factor] => [breach, 1]),
    ...(harsh ? honestBreaches(harsh, 5) : []).map((breach): [Breach, Factor] => [breach, 5]),
    ...thieves
      .flatMap((tally) => thiefBreaches(thiefNamed(tally.thief), tally))
      .map((breach): [Breach, Factor] => [breach, 1]),
  ]
  if (breaches.length > 0) process.exitCode = 1
  for (const [index, [breach, factor]] of breaches.entries()) {
    const length = breach.thief ? { days } : {}
    const teller = { rule, faults: times(factor), seed, ...length }
    console.log(index < maxStories ? `\n${await tellStory(breach, teller)}` : breach.words)
  }
}

const options = readOptions(process.argv.slice(2))
useLightGlobals()
if (options.help) console.log(help)
else if (options.world !== null) await tellOne(options)
else {
  const tasks = tasksOf(options)
  const outcomes = await inThreads(tasks, options.threads, tellProgress(tasks.length))
  const results = collect(options.rules, tasks, outcomes)
  console.log(`${table(results)}\n\n${notes(results)}`)
  for (const result of results) await judge(result, options)
}

// What came of all tasks, by rule.
import type { Rule } from './rules/rule.ts'
import type { RuleResult } from './table.ts'
import { sum } from './tally.ts'
import type { Done, Factor, Task } from './tasks.ts'

export function collect(rules: readonly Rule[], tasks: readonly Task[], outcomes: readonly Done[]): RuleResult[] {
  const done = outcomes.map((outcome, index) => ({ task: tasks[index]!, outcome }))
  return rules.map((rule) => {
    const own = done.filter(({ task }) => task.rule === rule.name)
    const honest = (factor: Factor) => {
      const tallies = own.flatMap(({ task, outcome }) =>
        task.kind === 'honest' && task.factor === factor && outcome.kind === 'honest' ? [outcome.tally] : [],
      )
      return tallies.length === 0 ? null : sum(tallies)
    }
    const thieves = own.flatMap(({ outcome }) => (outcome.kind === 'thief' ? [outcome.tally] : []))
    return { rule, stated: honest(1), harsh: honest(5), thieves }
  })
}

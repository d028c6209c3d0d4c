// The gate: what the protocol and the client promise, under misfortunes and thieves. `run.ts` does the same at full size.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { times } from './faults.ts'
import { honestBreaches, tellStory, thiefBreaches } from './gate.ts'
import { useLightGlobals } from './light-globals.ts'
import { grace, parentAndChild, previous, strict } from './rules/others.ts'
import { vigile } from './rules/vigile.ts'
import { perMillion, runHonest, runThief } from './tally.ts'
import { thieves, withinTheAck } from './thieves/list.ts'

const seed = 1
const faults = times(1)
const patience = 180_000

let restore = () => {}
beforeAll(() => {
  restore = useLightGlobals()
})
afterAll(() => restore())

test.each([1, 5] as const)(
  'PROTOCOL 13, I5, I9, CLI-5: through lost answers, crashes, sleep and failovers nobody is logged out for nothing, faults × %d',
  async (factor) => {
    const asked = { rule: vigile, faults: times(factor), seed }
    const tally = await runHonest({ ...asked, refreshes: 5000 })
    const [breach] = honestBreaches(tally, factor)
    expect(breach && (await tellStory(breach, asked))).toBeUndefined()
    // It rained: rows that only misfortunes reach were reached.
    expect(tally.rows).toMatchObject({ 1: expect.any(Number), 3: expect.any(Number), 5: expect.any(Number) })
    expect(tally.rows).toMatchObject({ 6: expect.any(Number), 7: expect.any(Number) })
    // Whoever is signed in is served, but for moments.
    expect(tally.refused).toBeLessThan(tally.answered / 200)
  },
  patience,
)

describe('PROTOCOL 10, 13, I6: out before the horizon', () => {
  const days = 6
  test.each(thieves.map((thief) => [thief.name, thief] as const))(
    'thief: %s',
    async (_, thief) => {
      const tally = await runThief({ rule: vigile, faults, seed, thief, trials: 4, days })
      expect(tally.trials).toBe(4)
      const [breach] = thiefBreaches(thief, tally)
      expect(breach && (await tellStory(breach, { rule: vigile, faults, seed, days }))).toBeUndefined()
    },
    patience,
  )
})

test(
  'the judge sees who is still in: a thief within the ack latency each time, which stays impossible',
  async () => {
    const tally = await runThief({ rule: vigile, faults: times(0), seed, thief: withinTheAck, trials: 3, days: 4 })
    expect(tally.stillIn.length).toBeGreaterThan(0)
  },
  patience,
)

test(
  'the rules of others log people out in the same weather',
  async () => {
    const rate = async (rule: typeof strict) => perMillion(await runHonest({ rule, faults, seed, refreshes: 1000 }))
    const rates = { strict: await rate(strict), parent: await rate(parentAndChild), grace: await rate(grace) }
    expect(rates.strict).toBeGreaterThan(rates.parent)
    expect(rates.parent).toBeGreaterThan(rates.grace)
    expect(rates.grace).toBeGreaterThan(await rate(previous))
    expect(rates.grace).toBeGreaterThan(1000)
  },
  patience,
)

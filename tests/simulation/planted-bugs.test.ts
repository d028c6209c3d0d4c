// The gate must be able to fail: each bug, planted in the decision, is found in a short run.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { times } from './faults.ts'
import { honestBreaches, tellStory, thiefBreaches } from './gate.ts'
import { useLightGlobals } from './light-globals.ts'
import {
  acksIgnored,
  acksSettle,
  burstsFork,
  crashIsTheft,
  durableUnproven,
  failoverIsTheft,
  openWindow,
  siblingsLengthen,
} from './planted-bugs.ts'
import { runHonest, runThief } from './tally.ts'
import { thiefNamed } from './tasks.ts'

const seed = 1
const patience = 120_000

let restore = () => {}
beforeAll(() => {
  restore = useLightGlobals()
})
afterAll(() => restore())

describe('people are logged out for nothing, and the story says how', () => {
  test.each([
    ['row 5 issues a sibling each time', burstsFork, 'prefetches refresh within', 'row 4'],
    ['durable without proof', durableUnproven, 'THE BROWSER CRASHES', 'row (8|10)'],
    ['an ack settles at once', acksSettle, 'THE BROWSER CRASHES', 'row 8'],
    ['row 7 revokes', crashIsTheft, 'THE BROWSER CRASHES', 'row 8'],
    ['row 3 revokes', failoverIsTheft, 'failover: the last', 'row 4'],
  ])(
    'PROTOCOL 13: %s',
    async (_, rule, cause, effect) => {
      const faults = times(5)
      const [breach] = honestBreaches(await runHonest({ rule, faults, seed, refreshes: 1000 }), 5)
      expect(breach?.words).toMatch(new RegExp(`logged out for nothing: ${effect} took honest requests for theft`))
      const story = await tellStory(breach!, { rule, faults, seed })
      expect(story).toContain(cause)
      expect(story.split('\n').at(-1)).toMatch(/LOGGED OUT FOR NOTHING/)
    },
    patience,
  )
})

describe('a thief is still in', () => {
  test.each([
    ['G is counted from the latest answer', openWindow, 'keep-alive every 12 s'],
    ['acks confirm nothing', acksIgnored, 'follower at 0.03 s, acks settled'],
  ])(
    'PROTOCOL 10: %s',
    async (_, rule, name) => {
      const thief = thiefNamed(name)
      const tally = await runThief({ rule, faults: times(1), seed, thief, trials: 4, days: 4 })
      expect(thiefBreaches(thief, tally).map(({ words }) => words)).toContainEqual(
        expect.stringContaining('is still in'),
      )
    },
    patience,
  )
})

test(
  'I9 a sibling that lengthens the session stops the run',
  async () => {
    await expect(runHonest({ rule: siblingsLengthen, faults: times(5), seed, refreshes: 1000 })).rejects.toThrow('I9')
  },
  patience,
)

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkProtocol, defaultProtocol, impliedDurableMs } from './policy.ts'
import { samplePolicy } from './session-samples.suite.ts'

const wrongOf = (changes: Partial<typeof defaultProtocol>) =>
  checkProtocol({ ...defaultProtocol, ...changes }).map(({ wrong }) => wrong)

test('I4 the defaults are those of the protocol, and are accepted', () => {
  expect(defaultProtocol).toEqual({
    giveUpMs: 15_000,
    replayMs: 20_000,
    burstMs: 2_000,
    flushedMs: 45_000,
    rotationMs: 60_000,
    siblings: 20,
  })
  expect(wrongOf({})).toEqual([])
})

describe('I4 T < G < D < R, W < G and D > 30 s are checked at start', () => {
  test.each([
    ['T = G', { giveUpMs: 20_000 }, 'the order giveUp < replay < flushed < rotation does not hold'],
    ['G = D', { replayMs: 45_000 }, 'the order giveUp < replay < flushed < rotation does not hold'],
    ['D = R', { flushedMs: 60_000 }, 'the order giveUp < replay < flushed < rotation does not hold'],
    ['W = G', { burstMs: 20_000 }, 'burst must be shorter than replay'],
    [
      'D = 30 s',
      { flushedMs: 30_000 },
      'flushed must be over 30 seconds: browsers write cookies to disk up to 30 s late',
    ],
    ['N over 1000', { siblings: 1001 }, 'siblings must be at most 1000'],
  ])('%s is refused', (_, changes, wrong) => {
    expect(wrongOf(changes)).toEqual([wrong])
  })

  test.each([
    ['nothing', { siblings: 0 }],
    ['a part of a millisecond', { burstMs: 0.5 }],
    ['no number', { burstMs: Number.NaN }],
    ['for ever', { rotationMs: Number.POSITIVE_INFINITY }],
  ])('%s is refused', (_, changes) => {
    expect(wrongOf(changes)).toContain('every constant must be a positive whole number')
  })

  test('whatever the constants are, they are accepted where the order holds, and nowhere else', () => {
    const ms = fc.oneof(fc.constantFrom(0, 1, 2_000, 15_000, 20_000, 30_000, 30_001, 45_000, 60_000), fc.nat(70_000))
    const constants = fc.record({ giveUpMs: ms, replayMs: ms, burstMs: ms, flushedMs: ms, rotationMs: ms })
    // Most orders don't hold: what was drawn is tried as it is, and sorted.
    const sorted = constants.map((drawn) => {
      const [T = 0, G = 0, D = 0, R = 0] = [drawn.giveUpMs, drawn.replayMs, drawn.flushedMs, drawn.rotationMs].sort(
        (a, b) => a - b,
      )
      return { ...drawn, giveUpMs: T, replayMs: G, flushedMs: D, rotationMs: R }
    })
    fc.assert(
      fc.property(fc.oneof(constants, sorted), (drawn) => {
        const { giveUpMs: T, replayMs: G, burstMs: W, flushedMs: D, rotationMs: R } = drawn
        const holds = T > 0 && W > 0 && T < G && G < D && D < R && W < G && D > 30_000
        expect(wrongOf(drawn).length === 0).toBe(holds)
      }),
      { numRuns: 2_000 },
    )
  })

  test('the closest order that holds is accepted', () => {
    expect(
      wrongOf({ giveUpMs: 3, replayMs: 4, burstMs: 3, flushedMs: 30_001, rotationMs: 30_002, siblings: 1 }),
    ).toEqual([])
  })
})

test('a token is durable by itself after an hour, or a quarter of the idle life if that is less', () => {
  expect(impliedDurableMs(samplePolicy)).toBe(3_600_000)
  expect(impliedDurableMs({ ...samplePolicy, idleSeconds: 4 * 3600 })).toBe(3_600_000)
  expect(impliedDurableMs({ ...samplePolicy, idleSeconds: 3600 })).toBe(900_000)
})

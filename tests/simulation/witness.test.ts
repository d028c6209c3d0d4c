// What counts as a logout for nothing, and what the promise excludes: no more than the README says.
import { expect, test } from 'vitest'
import { isNewer, type Token } from './jar.ts'
import { day, hour, minute } from './policy.ts'
import { createStory } from './story.ts'
import { createWitness } from './witness.ts'

const setUp = () => {
  let now = 0
  const witness = createWitness(
    { now: () => now },
    createStory(() => now, false),
  )
  witness.signedIn('s1')
  const pass = (ms: number) => {
    now += ms
  }
  const verdict = () => ({ spurious: witness.spurious.length, printed: witness.printed.map(({ why }) => why) })
  return { witness, pass, verdict }
}

const forNothing = { spurious: 1, printed: [] }
const rightly = { spurious: 0, printed: [] }
const token = (sessionId: string, generation: number, issue: number): Token => ({
  sessionId,
  generation,
  issue,
  keyId: 'k1',
})

test('a session that ends while its owner comes daily ends for nothing', () => {
  const { witness, pass, verdict } = setUp()
  pass(day)
  witness.served()
  pass(6 * day)
  witness.ended('s1', 'reuse')
  expect(verdict()).toEqual(forNothing)
})

test('the idle end is right an hour early, and no earlier', () => {
  const early = setUp()
  early.pass(7 * day - hour - minute)
  early.witness.told('idle')
  expect(early.verdict()).toEqual(forNothing)
  const due = setUp()
  due.pass(7 * day - hour)
  due.witness.told('idle')
  expect(due.verdict()).toEqual(rightly)
})

test('the absolute end is right', () => {
  const { witness, pass, verdict } = setUp()
  for (let days = 0; days < 30; days++) {
    witness.served()
    pass(day)
  }
  witness.told('expired')
  expect(verdict()).toEqual(rightly)
})

test('a crash excuses the loss of a new session, until an answer brings a token', () => {
  const lost = setUp()
  lost.witness.landed('s2', false)
  lost.witness.crashed('s1', false)
  lost.witness.told('replaced')
  expect(lost.verdict()).toEqual({ spurious: 0, printed: ['a crash took the new session with it'] })
  const served = setUp()
  served.witness.landed('s2', false)
  served.witness.crashed('s1', false)
  served.witness.served()
  served.witness.told('replaced')
  expect(served.verdict()).toEqual(forNothing)
})

test('an ordinary crash excuses nothing; one that took two rotations with an hour asleep between them does', () => {
  const ordinary = setUp()
  ordinary.witness.crashed('s1', false)
  ordinary.witness.ended('s1', 'reuse')
  expect(ordinary.verdict()).toEqual(forNothing)
  const asleep = setUp()
  asleep.witness.crashed('s1', true)
  asleep.witness.ended('s1', 'reuse')
  expect(asleep.verdict().printed).toHaveLength(1)
})

test('what a late answer outside the client overwrote excuses the end that follows, until another cookie lands', () => {
  const overwritten = setUp()
  overwritten.witness.landed('s1', true)
  overwritten.witness.ended('s1', 'reuse')
  expect(overwritten.verdict().printed).toHaveLength(1)
  const mended = setUp()
  mended.witness.landed('s1', true)
  mended.witness.landed('s1', false)
  mended.witness.ended('s1', 'reuse')
  expect(mended.verdict()).toEqual(forNothing)
})

test('newer is a later sibling of the same generation, or a later session: never a later generation', () => {
  expect(isNewer(token('s1', 4, 1), token('s1', 4, 0))).toBe(true)
  expect(isNewer(token('s1', 4, 0), token('s1', 4, 0))).toBe(false)
  expect(isNewer(token('s1', 5, 0), token('s1', 4, 1))).toBe(false)
  expect(isNewer(token('s10', 0, 0), token('s9', 7, 0))).toBe(true)
  expect(isNewer(token('s9', 7, 0), token('s10', 0, 0))).toBe(false)
})

test('whoever asks for twenty minutes and is always refused is logged out, too', () => {
  const { witness, pass, verdict } = setUp()
  for (let minutes = 0; minutes <= 21; minutes++) {
    witness.answered(401, true)
    pass(minute)
  }
  expect(verdict()).toEqual(forNothing)
})

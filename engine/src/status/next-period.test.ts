import { describe, expect, test } from 'vitest'
import { gapMs, heldState, nextPeriod } from './next-period.ts'
import { emailState, providerState, signInState } from './observe.ts'
import { createOutages, unseenParts } from './outages.ts'
import type { PartState, Period } from './period.ts'

const minute = 60_000
const now = 1_800_000_030_000
const known = (state: PartState, ago: number, part = 'email'): Period => ({
  part,
  state,
  beganAt: now - 5 * minute - ago,
  seenAt: now - ago,
})
const seen = (state: PartState) => ({ part: 'email', state, now })

describe('OPS-6 what a node that has looked writes', () => {
  test('the first opens a period at the full minute, and so does the first after a gap', () => {
    const opened = { act: 'open', period: { part: 'email', state: 'up', beganAt: now - 30_000, seenAt: now } }
    expect(nextPeriod(null, seen('up'))).toEqual(opened)
    expect(nextPeriod(known('up', gapMs + 1), seen('up'))).toEqual(opened)
    expect(nextPeriod(known('down', gapMs + 1), seen('up'))).toEqual(opened)
  })

  test('what is as it was goes on once a minute', () => {
    expect(nextPeriod(known('up', 40_000), seen('up'))).toEqual({ act: 'none' })
    expect(nextPeriod(known('up', minute), seen('up'))).toEqual({ act: 'extend', period: known('up', minute) })
  })

  test('what got worse is written at once, from when it was last seen otherwise', () => {
    const opened = { act: 'open', period: { part: 'email', state: 'down', beganAt: now - 10_000, seenAt: now } }
    expect(nextPeriod(known('up', 10_000), seen('down'))).toEqual(opened)
    expect(nextPeriod(known('degraded', 10_000), seen('down'))).toEqual(opened)
  })

  test('RES-2 what another node says is worse holds as long as it says so', () => {
    expect(nextPeriod(known('down', 60_000), seen('up'))).toEqual({ act: 'none' })
    expect(heldState(known('down', 60_000), now)).toBe('down')
    expect(nextPeriod(known('down', 100_000), seen('up'))).toMatchObject({ act: 'open', period: { state: 'up' } })
    expect(heldState(known('down', 100_000), now)).toBe(null)
  })

  test('an outage that was written when it was over holds nobody up', () => {
    const over = known('down', 10_000, 'sign-in')
    expect(heldState(over, now)).toBe(null)
    expect(nextPeriod(over, { part: 'sign-in', state: 'up', now })).toMatchObject({
      act: 'open',
      period: { state: 'up', beganAt: now - 10_000 },
    })
  })

  test('a node whose clock is behind writes nothing into the past', () => {
    expect(nextPeriod(known('up', -5_000), seen('down'))).toEqual({ act: 'none' })
    expect(nextPeriod(known('up', -5_000), seen('up'))).toEqual({ act: 'none' })
  })
})

describe('OPS-6 how a part is', () => {
  const parts = { database: 'ok', migrations: 'ok', writes: 'ok', channel: 'ok' } as const
  test.each([
    ['all is well', parts, 'up'],
    ['the database is away', { ...parts, database: 'down' }, 'down'],
    ['nothing can be written', { ...parts, writes: 'down' }, 'down'],
    ['Redis is away', { ...parts, redis: 'degraded' }, 'degraded'],
    ['nodes can’t tell each other', { ...parts, channel: 'degraded' }, 'degraded'],
    ['mail waits', { ...parts, mail: 'degraded' }, 'up'],
    ['this node ends', { ...parts, shutdown: 'down' }, 'up'],
  ] as const)('sign-in where %s', (_, given, wanted) => {
    expect(signInState({ parts: given })).toBe(wanted)
  })

  test('email is late where a letter has waited for over ten minutes', () => {
    expect([null, now - 10 * minute, now - 11 * minute].map((oldest) => emailState(oldest, now))).toEqual([
      'up',
      'up',
      'degraded',
    ])
  })

  test('RES-2 a provider is down until a call went well, or until nobody has tried for ten minutes', () => {
    const states = [
      ['closed', 0],
      ['open', 0],
      ['paused', 60],
      ['half_open', 9],
      ['half_open', 11],
    ] as const
    expect(states.map(([state, ago]) => providerState({ state, since: now - ago * minute }, now))).toEqual([
      'up',
      'down',
      'down',
      'down',
      'up',
    ])
  })
})

describe('OPS-6 what a node remembers while the database is away', () => {
  test('is one outage as long as it goes on, of 24 hours at most', () => {
    const outages = createOutages()
    outages.note(now, now + 10)
    expect(outages.list()).toEqual([])
    outages.note(now, now + minute)
    outages.end()
    outages.note(now + 60 * minute, now + 61 * minute)
    outages.note(now + 60 * minute, now + 62 * minute)
    expect(outages.list()).toEqual([
      { from: now, noticedAt: now + 10, to: now + minute },
      { from: now + 60 * minute, noticedAt: now + 61 * minute, to: now + 62 * minute },
    ])
    for (let at = now + 63 * minute; at < now + 48 * 60 * minute; at += minute) outages.note(now, at)
    expect(outages.list()).toHaveLength(1)
    const [{ from, to } = { from: 0, to: 0 }] = outages.list()
    expect(to - from).toBe(24 * 60 * minute)
    outages.clear()
    expect(outages.list()).toEqual([])
  })

  test('is bounded, however often the database comes and goes', () => {
    const outages = createOutages()
    for (let at = now; at < now + 24 * 60 * minute; at += minute) {
      outages.note(at, at)
      outages.note(at, at + 10_000)
      outages.end()
    }
    expect(outages.list().length).toBe(500)
  })

  test('speaks only for the time that no node has measured', () => {
    const outage = { from: now, noticedAt: now + minute / 2, to: now + 10 * minute }
    const whole = { from: outage.from, to: outage.to }
    const at = (from: number, to: number, state: PartState = 'up'): Period => ({
      part: 'sign-in',
      state,
      beganAt: now + from * minute,
      seenAt: now + to * minute,
    })
    expect(unseenParts(outage, [])).toEqual([whole])
    expect(unseenParts(outage, [at(-5, 0), at(10, 11)])).toEqual([whole])
    expect(unseenParts(outage, [at(-5, 30)])).toEqual([])
    expect(unseenParts(outage, [at(8, 20), at(-5, 2), at(3, 4), at(3, 3.5)])).toEqual([
      { from: now + 2 * minute, to: now + 3 * minute },
      { from: now + 4 * minute, to: now + 8 * minute },
    ])
    // The others go on: their row is moved once a minute.
    expect(unseenParts(outage, [at(-5, 9)])).toEqual([])
    expect(unseenParts(outage, [at(-5, 8)])).toEqual([{ from: now + 8 * minute, to: now + 10 * minute }])
    // They had seen it shortly before it went, or write the same outage.
    const short = { ...outage, to: now + minute }
    expect(unseenParts(short, [at(-5, 0.3)])).toEqual([{ from: now + 0.3 * minute, to: now + minute }])
    expect(unseenParts(outage, [at(0, 9, 'down')])).toEqual([{ from: now + 9 * minute, to: now + 10 * minute }])
  })
})

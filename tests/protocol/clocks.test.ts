// Clocks of nodes that are wrong or jump: on PostgreSQL the database's counts (I10, SPEC section 18).
import type { Vigile } from '@vigile/engine'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openSite, type Site, testSecret } from '../support/site.ts'
import { createVisitor } from '../support/visitor.ts'
import { claimsOf, cookiesOf, hour, minute, newestKey, olderKey, olderSecret, operator } from './desk.ts'

const trueNow = Date.now.bind(Date)
const setNodeClock = (offMs: number) => vi.spyOn(Date, 'now').mockImplementation(() => trueNow() + offMs)

let site: Site
let moved = 0
/** A browser whose own clock is right. */
const browserAt = (vigile: Vigile) =>
  createVisitor({ vigile: () => vigile, publicUrl: site.publicUrl, now: () => trueNow() + moved, address: '192.0.2.9' })
const move = (ms: number) => {
  moved += ms
  site.move(ms)
}
afterEach(async () => {
  vi.restoreAllMocks()
  moved = 0
  await site?.close()
})

const seconds = (ms: number) => Math.floor(ms / 1000)
const near = (actual: number, expected: number) => expect(Math.abs(actual - expected)).toBeLessThan(5)

describe.each([
  ['5 minutes ahead', 5 * minute],
  ['5 minutes behind', -5 * minute],
  ['a year ahead', 365 * 24 * hour],
])('PROTOCOL 9 a node whose clock is %s', (_, off) => {
  test('I10 TOK-1 its tokens, sessions and keys are dated by the database', async () => {
    setNodeClock(off)
    site = await openSite('PostgreSQL and Redis')
    const visitor = browserAt(site.vigile)
    const { body } = await visitor.signUp('ada@example.com')
    const claims = claimsOf(visitor.cookie('access'))
    near(claims.iat, seconds(trueNow()))
    near(claims.exp, seconds(trueNow()) + 900)
    near(seconds(body.session.createdAt), seconds(trueNow()))
    const [key] = await site.vigile.keys.list()
    near(seconds(key?.signsFrom ?? 0), seconds(trueNow()))
    expect((await visitor.me()).status).toBe(200)
  })

  test('I10 OPS-11 it and a node with a right clock take each other’s tokens', async () => {
    site = await openSite('PostgreSQL and Redis')
    setNodeClock(off)
    const wrong = await site.node()
    const there = browserAt(wrong)
    await there.signUp('ada@example.com')
    vi.restoreAllMocks()
    const here = browserAt(site.vigile)
    here.jar.restore(there.jar.snapshot())
    expect((await here.me()).status).toBe(200)
    expect((await here.refresh()).body.rotated).toBe(false)
    setNodeClock(off)
    there.jar.restore(here.jar.snapshot())
    expect((await there.me()).status).toBe(200)
    expect((await there.refresh()).status).toBe(200)
  })
})

test('PROTOCOL 9 I10 a clock that jumps while the node runs ends no session, and makes none live longer', async () => {
  site = await openSite('PostgreSQL and Redis')
  const visitor = browserAt(site.vigile)
  await visitor.signUp('ada@example.com')
  for (const jump of [hour, -hour, 40 * 24 * hour]) {
    setNodeClock(jump)
    expect((await visitor.me()).status).toBe(200)
    const reply = await visitor.refresh()
    expect(reply.status).toBe(200)
    // An hour by this clock is no minute by the database's.
    expect(reply.body.rotated).toBe(false)
    near(claimsOf(cookiesOf(reply).access?.value).iat, seconds(trueNow()))
  }
})

test('PROTOCOL 9 I10 the windows are the database’s: a jump does not close the replay of a lost answer', async () => {
  site = await openSite('PostgreSQL and Redis')
  const visitor = browserAt(site.vigile)
  await visitor.signUp('ada@example.com')
  move(2 * hour)
  const lost = await visitor.refresh({}, { lands: false })
  expect(lost.body.rotated).toBe(true)
  setNodeClock(hour)
  expect((await visitor.refresh()).body.fingerprint).toBe(lost.body.fingerprint)
})

test('PROTOCOL 9 TOK-9 I10 a node with a wrong clock is seen by the others, and sees them, when secrets change', async () => {
  site = await openSite('PostgreSQL and Redis', { secrets: [olderSecret] })
  setNodeClock(5 * minute)
  const ahead = await site.node({ secrets: [testSecret, olderSecret] })
  const visitor = browserAt(ahead)
  await visitor.signUp('ada@example.com')
  // The node with the right clock does not know the new secret: it must not be taken for a dead one.
  expect(visitor.cookie('refresh')?.split('.')[1]).toBe(olderKey.id)
  expect(visitor.cookie('refresh')?.split('.')[1]).not.toBe(newestKey.id)
  expect(await site.vigile.sessions.endEveryones(operator)).toEqual({ endedSessions: 1 })
})

// Many requests at once, on one node and on two.

import type { Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StoreKind, storeKinds } from '../support/site.ts'
import { createVisitor, type Reply, type Visitor } from '../support/visitor.ts'
import { cookiesOf, type Desk, type Held, openDesk, operator } from './desk.ts'

const herd = 40

describe.each(storeKinds)('on %s', (kind: StoreKind) => {
  let desk: Desk
  let nodes: readonly Vigile[]
  beforeAll(async () => {
    desk = await openDesk(kind)
    nodes = kind === 'embedded' ? [desk.site.vigile] : [desk.site.vigile, await desk.site.node()]
  })
  afterAll(() => desk?.close())

  /** The same browser as it is now, once for each request, spread over the nodes. */
  const copies = (visitor: Visitor, count: number): readonly Visitor[] =>
    Array.from({ length: count }, (_, index) => {
      const copy = createVisitor({
        vigile: () => nodes[index % nodes.length] as Vigile,
        publicUrl: desk.site.publicUrl,
        now: desk.site.now,
        address: visitor.address,
      })
      copy.jar.restore(visitor.jar.snapshot())
      return copy
    })

  const all = (visitors: readonly Visitor[], act: (visitor: Visitor) => Promise<Reply>) =>
    Promise.all(visitors.map(act))
  const issued = (replies: readonly Reply[]) => new Set(replies.map((reply) => cookiesOf(reply).refresh?.value))

  test('PROTOCOL 2 TOK-3 CLI-3 a herd wakes up: one rotation, and every one of them gets the same token', async () => {
    const held = await desk.begin()
    held.hold(3, 0)
    const replies = await all(copies(held.visitor, herd), (visitor) => visitor.refresh())
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
    expect(issued(replies)).toEqual(new Set([held.token(4, 0)]))
    expect(await held.row()).toMatchObject({ generation: 4, issue: 0, revokedAt: null })
  })

  test('PROTOCOL 2 PROTOCOL row 6: a herd after a lost answer gets one sibling', async () => {
    const held = await desk.begin({ winner: null, durable: false, age: 3_600_000 })
    held.hold(2, 0)
    const replies = await all(copies(held.visitor, herd), (visitor) => visitor.refresh())
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200))
    expect(issued(replies)).toEqual(new Set([held.token(3, 1)]))
    expect(await held.row()).toMatchObject({ generation: 3, issue: 1, revokedAt: null })
  })

  test('PROTOCOL 2 PROTOCOL row 1: a herd with a token not yet confirmed, and acks among it, forks nothing', async () => {
    const held = await desk.begin({ winner: null, durable: false, age: 90_000 })
    held.hold(3, 0)
    const settled = held.fingerprint(3, 0)
    const replies = await all(copies(held.visitor, herd), (visitor) =>
      Math.random() < 0.5 ? visitor.ack({ settled }) : visitor.refresh({ settled }),
    )
    // An ack that comes after the rotation is late, and ignored.
    for (const { status } of replies) expect([200, 204, 409]).toContain(status)
    expect(await held.row()).toMatchObject({ generation: 4, revokedAt: null })
  })

  test('PROTOCOL 7 PROTOCOL 11 I1 TOK-5 renewals and a sign-out at once: the sign-out holds, whoever was first', async () => {
    for (let round = 0; round < 5; round += 1) {
      const held = await desk.begin()
      held.hold(3, 0)
      const [leaver, ...others] = copies(held.visitor, 9) as [Visitor, ...Visitor[]]
      const [left, ...replies] = await Promise.all([
        leaver.post('/api/auth/logout', {}),
        ...others.map((visitor) => visitor.refresh()),
      ])
      expect(left.status).toBe(204)
      for (const { status, body } of replies) {
        if (status !== 200) expect(body).toMatchObject({ code: 'session_ended', reason: 'signed_out' })
      }
      expect(await held.row()).toMatchObject({ revokedReason: 'signed_out' })
      for (const visitor of others) expect((await visitor.refresh()).body).toMatchObject({ reason: 'signed_out' })
    }
  })

  test('PROTOCOL 7 I1 TOK-5 renewal, then end; end, then renewal', async () => {
    const renewed = await desk.begin()
    renewed.hold(3, 0)
    expect((await renewed.visitor.refresh()).status).toBe(200)
    await desk.site.vigile.sessions.end(renewed.session.id, operator)
    expect((await renewed.visitor.refresh()).body).toMatchObject({ reason: 'ended_by_operator' })

    const ended = await desk.begin()
    ended.hold(3, 0)
    await desk.site.vigile.sessions.end(ended.session.id, operator)
    expect((await ended.visitor.refresh()).body).toMatchObject({ reason: 'ended_by_operator' })
    expect(await ended.row()).toMatchObject({ generation: 3 })
  })

  describe('PROTOCOL 7 ack against sibling', () => {
    const unheard = () => desk.begin({ winner: null, durable: false, age: 60_000 })
    const sibling = (held: Held) => {
      held.hold(2, 0)
      return held.visitor.refresh()
    }
    const ack = (held: Held) => {
      held.hold(3, 0)
      return held.visitor.ack()
    }

    test('PROTOCOL ack: the ack first: the old token is stale', async () => {
      const held = await unheard()
      expect((await ack(held)).status).toBe(204)
      expect((await sibling(held)).status).toBe(409)
      expect(await held.row()).toMatchObject({ issue: 0, winner: 0 })
    })

    test('PROTOCOL ack: the sibling first: the ack of the former token is late, and refresh decides', async () => {
      const held = await unheard()
      expect((await sibling(held)).status).toBe(200)
      expect((await ack(held)).status).toBe(409)
      expect(await held.row()).toMatchObject({ issue: 1, winner: null })
      held.hold(3, 0)
      expect((await held.visitor.refresh()).status).toBe(200)
      expect(await held.row()).toMatchObject({ issue: 1, winner: 0 })
    })

    test('PROTOCOL ack: both at once: one of the two orders', async () => {
      for (let round = 0; round < 5; round += 1) {
        const held = await unheard()
        const [one, two] = copies(held.visitor, 2) as [Visitor, Visitor]
        one.jar.put({ name: 'vigile_refresh', value: held.token(2, 0), path: '/api/auth' })
        two.jar.put({ name: 'vigile_refresh', value: held.token(3, 0), path: '/api/auth' })
        const [refreshed, acked] = await Promise.all([one.refresh(), two.ack()])
        const { issue, winner } = await held.row()
        expect([
          [409, 204, 0, 0],
          [200, 409, 1, null],
        ]).toContainEqual([refreshed.status, acked.status, issue, winner])
      }
    })
  })

  test('I1 a fork that many find at once ends the session once', async () => {
    const held = await desk.begin({ issue: 1, winner: 1 })
    held.hold(3, 0)
    const replies = await all(copies(held.visitor, 20), (visitor) => visitor.refresh())
    for (const { body } of replies) expect(body).toMatchObject({ code: 'session_ended', reason: 'reuse' })
    const entries = await desk.database.audit.list({ limit: 100, action: 'session:reuse' })
    expect(entries.filter(({ resourceId }) => resourceId === held.session.id)).toHaveLength(1)
  })
})

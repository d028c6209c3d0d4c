// What ends sessions ends them at once, on every node (TOK-5, TOK-6), and never only in appearance.

import { setTimeout } from 'node:timers/promises'
import type { Vigile } from '@vigile/engine'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { UserId } from '../../engine/src/primitives/ids.ts'
import { type RedisServer, startRedis } from '../services/redis.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { createVisitor, goodPassword, type Visitor } from '../support/visitor.ts'
import { operator } from './desk.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let nodes: readonly Vigile[]
  beforeAll(async () => {
    site = await openSite(kind, {
      sessions: { perUser: 'unlimited' },
      limits: { rules: { signUpIp: null } },
    })
    nodes = kind === 'embedded' ? [site.vigile] : [site.vigile, await site.node()]
  })
  afterAll(() => site?.close())

  let count = 0
  const signedUp = async () => {
    count += 1
    const email = `ends-${count}@example.com`
    const visitor = site.visitor()
    const reply = await visitor.signUp(email)
    expect(reply.status).toBe(201)
    return { email, visitor, userId: reply.body.user.id as UserId, sessionId: reply.body.session.id as string }
  }

  /** The same browser at another node. */
  const at = (vigile: Vigile, visitor: Visitor): Visitor => {
    const copy = createVisitor({
      vigile: () => vigile,
      publicUrl: site.publicUrl,
      now: site.now,
      address: visitor.address,
    })
    copy.jar.restore(visitor.jar.snapshot())
    return copy
  }

  /** Every node has the session in memory, as after many requests. */
  const seenEverywhere = async (visitor: Visitor) => {
    for (const node of nodes)
      for (let times = 0; times < 2; times += 1) expect((await at(node, visitor).me()).status).toBe(200)
  }

  /** Every node refuses it: the one that did it at once, the others as soon as they are told. */
  const overEverywhere = async (visitor: Visitor, reason: string) => {
    expect((await at(nodes[0] as Vigile, visitor).me()).status).toBe(401)
    for (const node of nodes) {
      await vi.waitFor(async () => expect((await at(node, visitor).me()).status).toBe(401), {
        timeout: 5_000,
        interval: 10,
      })
      const refused = await at(node, visitor).refresh()
      expect(refused.status).toBe(401)
      expect(refused.body).toMatchObject({ code: 'session_ended', reason })
    }
  }

  test('PROTOCOL 11 TOK-5 TOK-6 S-33 sign-out, under the traffic of other requests', async () => {
    const { visitor } = await signedUp()
    await seenEverywhere(visitor)
    const copy = at(nodes[0] as Vigile, visitor)
    let busy = true
    const traffic = nodes.map(async (node) => {
      while (busy) {
        await at(node, copy).me()
        // No more than the limit of reads lets through while the sign-out is under way.
        await setTimeout(5)
      }
    })
    expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
    await overEverywhere(copy, 'signed_out')
    busy = false
    await Promise.all(traffic)
    for (const node of nodes) expect((await at(node, copy).me()).status).toBe(401)
  })

  test('TOK-5 TOK-6 sign-out everywhere, by the refresh cookie', async () => {
    const { visitor, email } = await signedUp()
    const other = site.visitor()
    await other.signIn(email)
    for (const one of [visitor, other]) await seenEverywhere(one)
    const copies = [visitor, other].map((one) => at(nodes[0] as Vigile, one))
    site.move(20 * 60_000)
    const reply = await visitor.post('/api/auth/logout-all', {})
    expect(reply.status).toBe(204)
    for (const copy of copies) await overEverywhere(copy, 'signed_out_everywhere')
  })

  test('TOK-5 TOK-11 sign-out everywhere by an access token alone needs a recent sign-in', async () => {
    const { visitor, sessionId } = await signedUp()
    visitor.jar.remove('vigile_refresh')
    const thief = at(nodes[0] as Vigile, visitor)
    site.move(11 * 60_000)
    const refused = await thief.post('/api/auth/logout-all', {})
    expect(refused.status).toBe(403)
    expect(refused.body).toMatchObject({ code: 'reauthentication_required' })
    expect((await thief.me()).body.session.id).toBe(sessionId)

    const recent = await signedUp()
    recent.visitor.jar.remove('vigile_refresh')
    expect((await recent.visitor.post('/api/auth/logout-all', {})).status).toBe(204)
  })

  test('TOK-5 TOK-6 TOK-8 S-32 a change of password ends all sessions but the new one, the old one of this browser too', async () => {
    const { visitor, email, sessionId } = await signedUp()
    const other = site.visitor()
    await other.signIn(email)
    for (const one of [visitor, other]) await seenEverywhere(one)
    const copies = [visitor, other].map((one) => at(nodes[0] as Vigile, one))
    const changed = await visitor.post('/api/auth/password/change', {
      currentPassword: goodPassword,
      newPassword: 'another-harbour-lantern-43',
    })
    expect(changed.status).toBe(200)
    expect(changed.body.session.id).not.toBe(sessionId)
    for (const copy of copies) await overEverywhere(copy, 'password_changed')
    await seenEverywhere(visitor)
    expect((await visitor.refresh()).status).toBe(200)
  })

  test('TOK-5 TOK-6 ACC-6 S-36 disabling the user', async () => {
    const { visitor, userId, email } = await signedUp()
    await seenEverywhere(visitor)
    expect(await site.vigile.users.disable(userId, operator)).toEqual({ ok: true, value: { endedSessions: 1 } })
    await overEverywhere(visitor, 'account_disabled')
    expect((await site.visitor().signIn(email)).status).toBe(401)
  })

  test('TOK-5 TOK-6 ACC-7 deleting the user', async () => {
    const { visitor, userId } = await signedUp()
    await seenEverywhere(visitor)
    expect(await site.vigile.users.delete(userId, operator)).toMatchObject({ ok: true })
    // Nothing of it is left that could tell a reason.
    await overEverywhere(visitor, 'unknown')
  })

  test('TOK-5 TOK-6 TOK-7 S-40 ending one session from another device', async () => {
    const { visitor, email, sessionId } = await signedUp()
    const other = site.visitor()
    await other.signIn(email)
    await seenEverywhere(visitor)
    expect((await other.send('DELETE', `/api/auth/sessions/${sessionId}`)).status).toBe(204)
    await overEverywhere(visitor, 'ended_from_another_device')
    expect((await other.me()).status).toBe(200)
  })

  test('TOK-5 TOK-6 S-38 an operator ends one session, one user’s, everyone’s', async () => {
    const [one, two, three] = [await signedUp(), await signedUp(), await signedUp()]
    for (const { visitor } of [one, two, three]) await seenEverywhere(visitor)
    await site.vigile.sessions.end(one.sessionId as never, operator)
    await overEverywhere(one.visitor, 'ended_by_operator')
    await site.vigile.sessions.endAll(two.userId, operator)
    await overEverywhere(two.visitor, 'ended_by_operator')
    await seenEverywhere(three.visitor)
    await site.vigile.sessions.endEveryones(operator)
    await overEverywhere(three.visitor, 'ended_by_operator')
  })

  test('TOK-6 I1 reuse found on one node is known to the other', async () => {
    const { visitor } = await signedUp()
    site.move(61_000)
    const { body } = await visitor.refresh()
    const before = visitor.jar.snapshot()
    await visitor.ack({ settled: body.fingerprint })
    await visitor.refresh({ settled: body.fingerprint })
    site.move(61_000)
    const rotated = await visitor.refresh()
    await visitor.ack({ settled: rotated.body.fingerprint })
    site.move(61_000)
    expect((await visitor.refresh({ settled: rotated.body.fingerprint })).status).toBe(200)
    await seenEverywhere(visitor)
    const thief = at(nodes.at(-1) as Vigile, visitor)
    thief.jar.restore(before)
    const stale = await thief.refresh()
    expect(stale.status).toBe(409)
    expect((await thief.refresh({ retry: stale.body.fingerprint })).body).toMatchObject({ reason: 'reuse' })
    for (const node of nodes)
      await vi.waitFor(async () => expect((await at(node, visitor).me()).status).toBe(401), {
        timeout: 5_000,
        interval: 10,
      })
  })
})

describe('two nodes on PostgreSQL alone', () => {
  test('TOK-6 a sign-out on one is seen by the other, told by the database', async () => {
    const site = await openSite('PostgreSQL and Redis', { redis: undefined })
    try {
      const other = await site.node()
      const visitor = site.visitor()
      await visitor.signUp('alone@example.com')
      const there = createVisitor({
        vigile: () => other,
        publicUrl: site.publicUrl,
        now: site.now,
        address: '192.0.2.9',
      })
      there.jar.restore(visitor.jar.snapshot())
      await vi.waitFor(async () => expect((await other.readiness()).status).toBe('ok'), { timeout: 5_000 })
      for (let times = 0; times < 3; times += 1) expect((await there.me()).status).toBe(200)
      expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
      await vi.waitFor(async () => expect((await there.me()).status).toBe(401), { timeout: 5_000, interval: 10 })
    } finally {
      await site.close()
    }
  })
})

describe('PROTOCOL 11 TOK-6 two nodes that can’t hear each other', () => {
  let redis: RedisServer
  let site: Site
  let other: Vigile
  beforeAll(async () => {
    redis = await startRedis()
    site = await openSite('PostgreSQL and Redis', { redis: redis.url })
    other = await site.node()
  })
  afterAll(async () => {
    await site?.close()
    await redis?.stop()
  })

  test('TOK-6 S-90 Redis is killed: each check asks the database, and a revocation is seen at the next one', async () => {
    const visitor = site.visitor()
    await visitor.signUp('deaf@example.com')
    const there = createVisitor({ vigile: () => other, publicUrl: site.publicUrl, now: site.now, address: '192.0.2.9' })
    there.jar.restore(visitor.jar.snapshot())
    await vi.waitFor(async () => expect((await other.readiness()).status).toBe('ok'), { timeout: 5_000 })
    expect((await there.me()).status).toBe(200)
    await redis.kill()
    await vi.waitFor(async () => expect((await other.readiness()).parts.channel).toBe('degraded'), { timeout: 5_000 })
    expect((await there.me()).status).toBe(200)
    expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
    expect((await there.me()).status).toBe(401)
    expect((await there.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'signed_out' })
  })
})

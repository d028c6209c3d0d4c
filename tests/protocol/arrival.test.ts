// How the engine learns that a token arrived, and what that costs (PROTOCOL.md, "Ack").
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storeKinds } from '../support/site.ts'
import { type Desk, hour, minute, openDesk } from './desk.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk(kind)
  })
  afterAll(() => desk?.close())

  let count = 0
  /** A visitor who has just been given a new generation, and has said nothing since. */
  const rotated = async () => {
    count += 1
    const visitor = desk.site.visitor()
    const { body } = await visitor.signUp(`arrival-${count}@example.com`)
    desk.site.move(2 * hour)
    expect((await visitor.refresh()).body.rotated).toBe(true)
    const row = async () => {
      const found = await desk.find(body.session.id)
      if (!found) throw new Error('no session')
      return found
    }
    expect(await row()).toMatchObject({ generation: 1, winner: null })
    return { visitor, row }
  }

  test('PROTOCOL ack: the access cookie of that answer confirms; it is neither durable by that, nor lives longer', async () => {
    const { visitor, row } = await rotated()
    const before = await row()
    expect((await visitor.me()).status).toBe(200)
    const after = await row()
    expect({ ...after, lastUsedAt: 0 }).toEqual({ ...before, winner: 0, lastUsedAt: 0 })
  })

  test('PROTOCOL ack: the same token as a bearer does not', async () => {
    const { visitor, row } = await rotated()
    const authorization = `Bearer ${visitor.cookie('access')}`
    const reply = await desk.site.visitor().get('/api/auth/me', { headers: { authorization } })
    expect(reply.status).toBe(200)
    expect(await row()).toMatchObject({ winner: null })
  })

  test('PROTOCOL ack: an access cookie of before the rotation does not', async () => {
    const visitor = desk.site.visitor()
    const { body } = await visitor.signUp('before@example.com')
    const old = visitor.cookie('access')
    expect((await visitor.ack({ settled: body.fingerprint })).status).toBe(204)
    desk.site.move(2 * minute)
    expect((await visitor.refresh()).body.rotated).toBe(true)
    expect((await visitor.get('/api/auth/me', { cookie: `vigile_access=${old}` })).status).toBe(200)
    expect(await desk.find(body.session.id)).toMatchObject({ generation: 1, winner: null })
  })

  test('PROTOCOL row 7: a follower after a confirmation by the access cookie is told nothing', async () => {
    const visitor = desk.site.visitor()
    await visitor.signUp('followed@example.com')
    desk.site.move(2 * hour)
    const thief = desk.site.visitor()
    thief.jar.restore(visitor.jar.snapshot())
    expect((await visitor.refresh()).body.rotated).toBe(true)
    expect((await visitor.me()).status).toBe(200)
    desk.site.move(5_000)
    const reply = await thief.refresh()
    expect(reply.status).toBe(409)
    expect(reply.setCookies).toEqual([])
  })

  test('I2 requests of signed-in pages set no cookie', async () => {
    const { visitor } = await rotated()
    for (const path of ['/api/auth/me', '/api/auth/sessions']) expect((await visitor.get(path)).setCookies).toEqual([])
  })
})

// Answers that never arrive, and silences (I5).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { cookiesOf, day, hour, minute } from './desk.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind)
  })
  afterAll(() => site?.close())

  let count = 0
  /** A visitor whose token is confirmed and durable, so that the next refresh rotates. */
  const settled = async () => {
    const visitor = site.visitor()
    count += 1
    const { body } = await visitor.signUp(`lost-${count}@example.com`)
    site.move(minute)
    expect((await visitor.ack({ settled: body.fingerprint })).status).toBe(204)
    return visitor
  }

  test.each([
    ['a second', 1_000],
    ['20 s', 20_000],
    ['an hour', hour],
    ['six days', 6 * day],
  ])('PROTOCOL 2 I5 TOK-3 the answer to a rotation is lost, then %s of silence: no sign-in', async (_, silence) => {
    const visitor = await settled()
    expect((await visitor.refresh({}, { lands: false })).body.rotated).toBe(true)
    site.move(silence)
    const again = await visitor.refresh()
    expect(again.status).toBe(200)
    expect(again.body.rotated).toBe(true)
    expect((await visitor.ack()).status).toBe(204)
    expect((await visitor.me()).status).toBe(200)
    site.move(2 * hour)
    expect((await visitor.refresh()).status).toBe(200)
  })

  test('PROTOCOL 2 I5 TOK-2 13 days of silence within an idle life of 14', async () => {
    const patient = await openSite(kind, { sessions: { idleLife: '14d' } })
    try {
      const visitor = patient.visitor()
      await visitor.signUp('patient@example.com')
      patient.move(2 * hour)
      expect((await visitor.refresh({}, { lands: false })).body.rotated).toBe(true)
      patient.move(13 * day)
      expect((await visitor.refresh()).status).toBe(200)
      patient.move(15 * day)
      // The browser has dropped its cookies by then; who kept a copy is told why.
      expect((await visitor.refresh()).body).toMatchObject({ code: 'unauthenticated' })
    } finally {
      await patient.close()
    }
  })

  test('PROTOCOL 2 I5 20 answers lost in a row, and the 21st arrives', async () => {
    const visitor = await settled()
    for (let lost = 0; lost < 20; lost += 1) {
      expect((await visitor.refresh({}, { lands: false })).status).toBe(200)
      site.move(5 * minute)
    }
    expect((await visitor.refresh()).status).toBe(200)
    expect((await visitor.ack()).status).toBe(204)
    expect((await visitor.me()).status).toBe(200)
  })

  test('PROTOCOL 2 PROTOCOL row 6: the rotation and its 20 siblings lost: the next one ends the session, and says why', async () => {
    const visitor = await settled()
    for (let lost = 0; lost <= 20; lost += 1) {
      expect((await visitor.refresh({}, { lands: false })).status).toBe(200)
      site.move(5 * minute)
    }
    const last = await visitor.refresh()
    expect(last.status).toBe(401)
    expect(last.body).toMatchObject({ code: 'session_ended', reason: 'reuse' })
  })

  test('I5 the sign-in’s own token is used for days without an ack ever arriving', async () => {
    const visitor = site.visitor()
    await visitor.signUp('quiet@example.com')
    for (let days = 0; days < 20; days += 1) {
      site.move(day)
      expect((await visitor.refresh()).status).toBe(200)
    }
  })

  test('I9 S-68 whatever is lost and replayed, the absolute end stays where it is', async () => {
    const visitor = await settled()
    const { expiresAt } = (await visitor.get('/api/auth/sessions')).body.sessions[0]
    while (site.now() < expiresAt - 3 * day) {
      site.move(2 * day)
      await visitor.refresh({}, { lands: false })
      expect((await visitor.refresh()).status).toBe(200)
    }
    site.move(expiresAt - site.now() - 30 * minute)
    const left = (expiresAt - site.now()) / 1000
    const near = await visitor.refresh()
    expect(near.status).toBe(200)
    for (const { maxAge } of Object.values(cookiesOf(near))) expect(maxAge).toBeLessThanOrEqual(left)
    site.move(expiresAt - site.now() + 1_000)
    expect((await visitor.refresh()).status).toBe(401)
  })

  test('PROTOCOL 4 PROTOCOL row 7: the page that was left behind: 409, then a right retry, then a new token', async () => {
    const visitor = await settled()
    const before = visitor.jar.snapshot()
    await visitor.refresh()
    await visitor.ack()
    // A crashed browser comes back with the cookies of before.
    visitor.jar.restore(before)
    const stale = await visitor.refresh()
    expect(stale.status).toBe(409)
    const again = await visitor.refresh({ retry: stale.body.fingerprint })
    expect(again.status).toBe(200)
    expect(again.body.rotated).toBe(true)
    expect((await visitor.ack()).status).toBe(204)
    expect((await visitor.me()).status).toBe(200)
  })

  test('PROTOCOL 10 PROTOCOL row 8: the copy that was left behind, once the new token is on the disk: the thief ends the session', async () => {
    const visitor = await settled()
    const before = visitor.jar.snapshot()
    const { body } = await visitor.refresh()
    await visitor.ack({ settled: body.fingerprint })
    const thief = site.visitor()
    thief.jar.restore(before)
    const stale = await thief.refresh()
    expect(stale.status).toBe(409)
    const caught = await thief.refresh({ retry: stale.body.fingerprint })
    expect(caught.body).toMatchObject({ code: 'session_ended', reason: 'reuse' })
    const owner = await visitor.refresh()
    expect(owner.body).toMatchObject({ code: 'session_ended', reason: 'reuse' })
    expect((await visitor.me()).status).toBe(401)
  })

  test('PROTOCOL 10 I6 two holders of one token: the second of them to renew is found', async () => {
    const owner = await settled()
    const thief = site.visitor()
    thief.jar.restore(owner.jar.snapshot())
    // The thief is faster, acknowledges nothing, and both get the same token.
    const stolen = await thief.refresh()
    const own = await owner.refresh()
    expect(own.body.fingerprint).toBe(stolen.body.fingerprint)
    await owner.ack({ settled: own.body.fingerprint })
    site.move(10 * minute)
    expect((await owner.refresh()).body.rotated).toBe(true)
    await owner.ack()
    site.move(10 * minute)
    expect((await thief.refresh()).status).toBe(409)
    const settledNow = (await owner.refresh()).body.fingerprint
    expect((await owner.ack({ settled: settledNow })).status).toBe(204)
    const caught = await thief.refresh({ retry: stolen.body.fingerprint })
    expect(caught.body).toMatchObject({ code: 'session_ended', reason: 'reuse' })
  })
})

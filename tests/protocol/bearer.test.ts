// Body delivery: the access token in memory, sent as a bearer; the refresh token in its cookie (system B).
import { afterEach, describe, expect, test } from 'vitest'
import type { SessionId } from '../../engine/src/primitives/ids.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { cookiesOf, hour, minute, openDatabase } from './desk.ts'

let site: Site
afterEach(() => site?.close())

describe.each(storeKinds)('on %s', (kind) => {
  const signedUp = async () => {
    site = await openSite(kind, { delivery: 'body' })
    const visitor = site.visitor()
    const reply = await visitor.signUp('ada@example.com')
    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
    return { visitor, reply, body: reply.body, token: reply.body.accessToken as string, bearer }
  }
  const revokedReason = async (id: string) => {
    const database = openDatabase(kind, site.database)
    const { session } = await database.sessions.find(id as SessionId)
    await database.close()
    return session?.revokedReason
  }

  test('COOK-1 S-44 the access token is in the body, the refresh token never', async () => {
    const { reply, token, visitor, bearer } = await signedUp()
    expect(Object.keys(cookiesOf(reply)).sort()).toEqual(['csrf', 'device', 'hint', 'refresh'])
    expect(reply.text).not.toContain(cookiesOf(reply).refresh?.value)
    expect((await visitor.get('/api/auth/me')).status).toBe(401)
    expect((await visitor.get('/api/auth/me', bearer(token))).status).toBe(200)
    site.move(2 * hour)
    const rotated = await visitor.refresh()
    expect(Object.keys(cookiesOf(rotated)).sort()).toEqual(['csrf', 'hint', 'refresh'])
    expect((await visitor.get('/api/auth/me', bearer(rotated.body.accessToken))).status).toBe(200)
    expect(rotated.body.expiresIn).toBeLessThanOrEqual(900)
  })

  test('an access token in a cookie is nothing there', async () => {
    const { visitor, token } = await signedUp()
    expect((await visitor.get('/api/auth/me', { cookie: `vigile_access=${token}` })).status).toBe(401)
  })

  test('TOK-5 sign-out by a bearer token ends its session', async () => {
    const { visitor, token, bearer, body } = await signedUp()
    const reply = await site.visitor().post('/api/auth/logout', {}, bearer(token))
    expect(reply.status).toBe(204)
    expect(await revokedReason(body.session.id)).toBe('signed_out')
    expect((await visitor.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'signed_out' })
    // Again is no fault.
    expect((await site.visitor().post('/api/auth/logout', {}, bearer(token))).status).toBe(204)
  })

  test('H-12 sign-out with an expired bearer token, and the refresh cookie beside it, ends the session all the same', async () => {
    const { visitor, token, bearer, body } = await signedUp()
    site.move(20 * minute)
    expect((await visitor.post('/api/auth/logout', {}, bearer(token))).status).toBe(204)
    expect(await revokedReason(body.session.id)).toBe('signed_out')
  })

  test('CSRF-1 an expired bearer token does not stand in for the CSRF token', async () => {
    const { visitor, token, bearer, body } = await signedUp()
    site.move(20 * minute)
    const reply = await visitor.post('/api/auth/logout', {}, { ...bearer(token), csrf: null })
    expect(reply.body).toMatchObject({ code: 'csrf_failed' })
    expect(reply.setCookies).toEqual([])
    expect(await revokedReason(body.session.id)).toBeNull()
  })

  test('H-12 sign-out with an expired or foreign bearer token alone is no success: the session lives on', async () => {
    const { token, bearer, body } = await signedUp()
    site.move(20 * minute)
    for (const bad of [token, 'x.y.z']) {
      const reply = await site.visitor().post('/api/auth/logout', {}, bearer(bad))
      expect(reply.status).toBe(401)
      expect(reply.body).toMatchObject({ code: 'unauthenticated' })
      expect(reply.setCookies).toEqual([])
    }
    expect(await revokedReason(body.session.id)).toBeNull()
  })
})

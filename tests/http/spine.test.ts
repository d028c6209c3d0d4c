// The way of a user from sign-up to sign-out, over HTTP, on both kinds of stores.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, storeKinds } from '../support/site.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind)
  })
  afterAll(() => site?.close())

  test('TOK-1 TOK-3 ACC-1 sign up, stay signed in while access tokens expire, sign out', async () => {
    const ada = site.visitor()
    expect((await ada.signUp('ada@example.com')).status).toBe(201)
    for (let hour = 0; hour < 8; hour += 1) {
      expect((await ada.me()).status).toBe(200)
      site.move(61 * 60_000)
      expect((await ada.me()).status).toBe(401)
      const refreshed = await ada.refresh()
      expect(refreshed.status).toBe(200)
      expect((await ada.ack()).status).toBe(204)
    }
    expect((await ada.post('/api/auth/logout', {})).status).toBe(204)
    expect((await ada.me()).status).toBe(401)
    expect(ada.jar.all().map((one) => one.name)).toEqual(['vigile_device'])
  })
})

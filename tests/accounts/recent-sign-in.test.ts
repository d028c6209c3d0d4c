// Acts that need a recent sign-in, which is nothing but a sign-in: a new session takes the place of the old one.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site, type StoreKind, storeKinds } from '../support/site.ts'
import { goodPassword } from '../support/visitor.ts'

const change = { currentPassword: goodPassword, newPassword: 'another-harbour-lantern-43' }
const minute = 60_000

describe.each(storeKinds)('a recent sign-in, %s', (kind: StoreKind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind)
  })
  afterAll(() => site?.close())

  const changeAfter = async (email: string, ms: number) => {
    const ada = site.visitor()
    await ada.signUp(email)
    site.move(ms)
    await ada.refresh()
    return { ada, reply: await ada.post('/api/auth/password/change', change) }
  }

  test('TOK-11 S-39 ten minutes after the sign-in a change of password needs another one, and the refresh is none', async () => {
    const { ada, reply } = await changeAfter('late@example.com', 10 * minute + 1_000)
    expect([reply.status, reply.body.code]).toEqual([403, 'reauthentication_required'])
    expect((await site.visitor().signIn('late@example.com')).status).toBe(200)
    const before = (await ada.me()).body.session.id
    expect((await ada.signIn('late@example.com')).body.session.id).not.toBe(before)
    expect((await ada.post('/api/auth/password/change', change)).status).toBe(200)
  })

  test('TOK-11 within the ten minutes it is done at once', async () => {
    expect((await changeAfter('early@example.com', 9 * minute)).reply.status).toBe(200)
  })

  test('TOK-11 TOK-8 S-32 the sign-in ends the session that it takes the place of, and no other', async () => {
    const [ada, phone] = [site.visitor(), site.visitor()]
    await ada.signUp('steps@example.com')
    await phone.signIn('steps@example.com')
    const access = ada.cookie('access') ?? ''
    await ada.signIn('steps@example.com')
    const old = site.visitor()
    old.jar.put({ name: 'vigile_access', value: access, path: '/' })
    await expect.poll(async () => (await old.me()).status).toBe(401)
    expect((await phone.me()).status).toBe(200)
  })
})

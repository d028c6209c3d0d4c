// What a server-rendered page is told of the cookies that came with it (SPEC section 16).
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openSite, type Site } from '../support/site.ts'
import type { Visitor } from '../support/visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite('embedded', {
    publicUrl: 'https://shop.example.com',
    production: true,
    accounts: { verifyEmail: false },
  })
})
afterAll(() => site?.close())

const stateOf = (cookies: Record<string, string | undefined>, returnTo = '/orders?page=2', headers = {}) => {
  const cookie = Object.entries(cookies)
    .map(([name, value]) => `__Host-vigile_${name}=${value}`)
    .join('; ')
  const request = new Request(`${site.publicUrl}${returnTo}`, {
    headers: { ...(cookie ? { cookie } : {}), ...headers },
  })
  return site.vigile.pageState(request, returnTo)
}
const signedUp = async (email: string): Promise<Visitor> => {
  const visitor = site.visitor()
  await visitor.signUp(email)
  return visitor
}
const signedOut = { state: 'signed_out', location: '/sign-in?returnTo=%2Forders%3Fpage%3D2' }
const ask = { state: 'ask', location: '/api/auth/continue?returnTo=%2Forders%3Fpage%3D2' }

test('COOK-3 a link from another site brings the hint alone: that is "ask", not "signed out"', async () => {
  const visitor = await signedUp('ada@example.com')
  const access = visitor.cookie('access')
  expect(await stateOf({ access, hint: '1' })).toMatchObject({ state: 'signed_in', user: { email: 'ada@example.com' } })
  expect(await stateOf({ access })).toMatchObject({ state: 'signed_in' })
  expect(await stateOf({ hint: '1' })).toEqual(ask)
  expect(await stateOf({ access: 'expired', hint: '1' })).toEqual(ask)
  expect(await stateOf({})).toEqual(signedOut)
  expect(await stateOf({ access: 'expired' })).toEqual(signedOut)
})

test('COOK-3 attack: a planted hint shuts nobody out of the other pages, once the browser was found to hold no session', async () => {
  const planted = async (hints: string) => {
    const headers = { cookie: hints }
    return (await site.vigile.pageState(new Request(`${site.publicUrl}/sign-up`, { headers }), '/sign-up')).state
  }
  expect(await planted('__Host-vigile_hint=1')).toBe('ask')
  for (const hints of ['__Host-vigile_hint=1; __Host-vigile_hint=0', '__Host-vigile_hint=0; __Host-vigile_hint=1'])
    expect(await planted(hints)).toBe('signed_out')
  const page = await site.visitor().get('/api/auth/continue?returnTo=/sign-up')
  expect(page.text).toContain('"__Host-vigile_hint=0; Max-Age=600; Path=/; Secure; SameSite=Lax"')
})

test('RBAC-3 S-87 a page is told what the user may do, as of now', async () => {
  const visitor = await signedUp('editor@example.com')
  const by = { kind: 'operator', name: 'test' } as const
  const { id } = (await visitor.me()).body.user
  const permissions = async () => {
    const state = await stateOf({ access: visitor.cookie('access') })
    return state.state === 'signed_in' ? state.permissions : state.state
  }
  await site.vigile.roles.create({ name: 'reader', permissions: ['audit:read'] }, by)
  expect(await permissions()).not.toContain('audit:read')
  await site.vigile.roles.grant(id, 'reader', by)
  await vi.waitFor(async () => expect(await permissions()).toContain('audit:read'), { timeout: 20_000 })
})

test('COOK-3 the sign-in page is never asked about itself: nobody is sent round in a circle', async () => {
  const state = { state: 'signed_out', location: '/sign-in' }
  expect(await stateOf({ hint: '1' }, '/sign-in?returnTo=%2Forders')).toEqual(state)
  expect(await stateOf({ hint: '1' }, '/sign-in-elsewhere')).toMatchObject({ state: 'ask' })
})

test('an access token that has expired, or whose session is over, is asked about', async () => {
  const visitor = await signedUp('bob@example.com')
  const access = visitor.cookie('access')
  await visitor.post('/api/auth/logout', {})
  expect(await stateOf({ access, hint: '1' })).toEqual(ask)
  const other = await signedUp('carol@example.com')
  site.move(16 * 60_000)
  expect(await stateOf({ access: other.cookie('access') ?? 'gone', hint: '1' })).toEqual(ask)
})

test('S-55 the bounce page takes the place that it is given, and nothing that is none', async () => {
  const state = await stateOf({ hint: '1' }, '/a?x=/&y=%2F%2Fevil.example#z')
  if (state.state !== 'ask') throw new Error(state.state)
  const page = await site.visitor().get(state.location)
  expect(page.status).toBe(200)
  expect(page.text).toContain('"returnTo":"/a?x=/&y=%2F%2Fevil.example#z"')
})

test('a user who is gone or shut out is signed out', async () => {
  const visitor = await signedUp('dave@example.com')
  const access = visitor.cookie('access')
  const id = (await visitor.me()).body.user.id
  await site.vigile.users.disable(id, { kind: 'operator', name: 'test' })
  expect((await stateOf({ access, hint: '1' })).state).not.toBe('signed_in')
})

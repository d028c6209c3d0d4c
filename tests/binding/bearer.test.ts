// Access tokens of bound sessions in body delivery: worth nothing without the key (RFC 9449 section 7).
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDevice } from '../support/device.ts'
import { openSite, type Site } from '../support/site.ts'
import { type Person, signUpBound } from './people.ts'

let site: Site
let person: Person
let token: string
beforeAll(async () => {
  site = await openSite('embedded', { delivery: 'body', sessions: { binding: 'optional' } })
  person = await signUpBound(site)
  token = person.started.body.accessToken
})
afterAll(() => site?.close())

const ath = (text: string) => createHash('sha256').update(text).digest('base64url')
const me = (authorization: string, payload: object, device = person.device) =>
  device.send(site.visitor(), 'GET', '/api/auth/me', { headers: { authorization } }, { payload: { ...payload } })

test('S-79 a bound token with a proof of its key is accepted', async () => {
  expect((await me(`DPoP ${token}`, { ath: ath(token) })).status).toBe(200)
})

test('S-79 a bound token as a plain bearer is refused, with a proof or without', async () => {
  const bare = await site.visitor().get('/api/auth/me', { headers: { authorization: `Bearer ${token}` } })
  expect([bare.status, bare.body.code]).toEqual([401, 'proof_required'])
  expect(bare.headers.get('www-authenticate')).toBe('DPoP algs="ES256"')
  expect((await me(`Bearer ${token}`, { ath: ath(token) })).status).toBe(401)
  expect(site.log.findLast(({ fields }) => fields.alert === 'proof_refused')?.fields.fault).toBe('missing')
})

test('S-79 a bound token with another key is refused', async () => {
  const other = await createDevice(site.publicUrl)
  const reply = await me(`DPoP ${token}`, { ath: ath(token) }, other)
  expect(reply.body).toMatchObject({ code: 'proof_required', reason: 'key_lost' })
})

test('S-76 a proof for another access token, or for none, is refused', async () => {
  expect((await me(`DPoP ${token}`, { ath: ath('another') })).status).toBe(401)
  expect((await me(`DPoP ${token}`, {})).status).toBe(401)
  expect(site.log.findLast(({ fields }) => fields.alert === 'proof_refused')?.fields.fault).toBe('token')
})

test('S-79 an unbound token is no DPoP token', async () => {
  const visitor = site.visitor()
  const { accessToken } = (await visitor.signUp('plain-bearer@example.com')).body
  expect((await visitor.get('/api/auth/me', { headers: { authorization: `Bearer ${accessToken}` } })).status).toBe(200)
  expect((await me(`DPoP ${accessToken}`, { ath: ath(accessToken) })).status).toBe(401)
})

test('PROTOCOL bound: sign-out by a bound token takes its proof', async () => {
  const own = await signUpBound(site)
  const access = own.started.body.accessToken
  const bare = await site.visitor().post('/api/auth/logout', {}, { headers: { authorization: `Bearer ${access}` } })
  expect(bare.body.code).toBe('proof_required')
  const headers = { authorization: `DPoP ${access}` }
  const done = await own.device.send(
    site.visitor(),
    'POST',
    '/api/auth/logout',
    { body: {}, headers },
    { payload: { ath: ath(access) } },
  )
  expect(done.status).toBe(204)
  expect((await own.refresh()).body.code).toBe('session_ended')
})

test.each(['logout', 'logout-all'])(
  'a sign-out by a token in a jar of another session does not take the cookies of that one (%s)',
  async (act) => {
    const [ada, grace] = [site.visitor(), site.visitor()]
    const { accessToken } = (await ada.signUp(`ada-${act}@example.com`)).body
    await grace.signUp(`grace-${act}@example.com`)
    const headers = { authorization: `Bearer ${accessToken}` }
    const left = await grace.post(`/api/auth/${act}`, {}, { headers })
    expect([left.status, left.setCookies]).toEqual([204, []])
    expect((await grace.refresh()).status).toBe(200)
    expect((await ada.refresh()).body.code).toBe('session_ended')
  },
)

test.each(['logout', 'logout-all'])('a sign-out by a token clears the cookies of its own session (%s)', async (act) => {
  const ada = site.visitor()
  const { accessToken } = (await ada.signUp(`ada-alone-${act}@example.com`)).body
  const left = await ada.post(`/api/auth/${act}`, {}, { headers: { authorization: `Bearer ${accessToken}` } })
  expect([left.status, left.setCookies.length]).toEqual([204, 6])
})

// Every route of a running engine, and what protects it.
import { endpoints } from '@vigile/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSite, type Site } from '../support/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite('embedded')
})
afterAll(() => site?.close())

test('VAL-3 each route, its guard and its limit, as a table to read', () => {
  const lines = site.vigile.routes().map(({ method, path, guard, limit }) => `${method} ${path} | ${guard} | ${limit}`)
  const table = lines.join('\n')
  expect(`\n${table}\n`).toBe(`
POST /api/auth/register | own origin | signUpIp, signUpEmail
POST /api/auth/login | own origin | signInIp, signInIpHour, signInAny, signInBurst, signInAccount, signInDevice
POST /api/auth/refresh | refresh cookie + CSRF | refreshToken, refreshIp
POST /api/auth/ack | refresh cookie + CSRF | ackToken, refreshIp
POST /api/auth/logout | own origin; CSRF where a session cookie came | signOut
POST /api/auth/logout-all | refresh cookie + CSRF, or recent sign-in | signOut
POST /api/auth/dbsc/registration | proof of the browser's key | change
POST /api/auth/dbsc/refresh | proof of the browser's key | refreshIp, refreshToken
GET /api/auth/me | access token | read
GET /api/auth/csrf | anyone | read
GET /api/auth/continue | anyone | none
GET /api/auth/forward | access token | read, but not from a trusted proxy
GET /api/auth/sessions | access token | read
DELETE /api/auth/sessions/{id} | refresh cookie + CSRF, or recent sign-in | change
POST /api/auth/password/change | access token + CSRF, recent sign-in | passwordChange
POST /api/auth/password/forgot | own origin | linkIp, linkEmail
POST /api/auth/password/reset | own origin | change
POST /api/auth/email/verify/request | own origin | linkIp, linkEmail
PATCH /api/auth/me | access token + CSRF | change
DELETE /api/auth/sessions | refresh cookie + CSRF, or recent sign-in | change
POST /api/auth/magic-link | own origin | linkIp, linkEmail
POST /api/auth/magic-link/login | own origin | change
POST /api/auth/email/change | access token + CSRF, recent sign-in | linkIp, linkEmail
POST /api/auth/email/change/confirm | access token + CSRF, recent sign-in | change
POST /api/auth/not-me | own origin | change
GET /api/auth/second-factor | a sign-in that waits for its second factor | read
POST /api/auth/passkey/options | own origin | change
POST /api/auth/passkey/login | own origin | passkeyIp
POST /api/auth/second-factor | a sign-in that waits for its second factor + own origin | secondFactor, secondFactorDevice, change
POST /api/auth/second-factor/totp | a sign-in that waits for its second factor + own origin | change
POST /api/auth/second-factor/totp/confirm | a sign-in that waits for its second factor + own origin | change
POST /api/auth/second-factor/passkey | a sign-in that waits for its second factor + own origin | change
POST /api/auth/second-factor/passkeys/options | a sign-in that waits for its second factor + own origin | change
POST /api/auth/second-factor/passkeys | a sign-in that waits for its second factor + own origin | change
GET /api/auth/factors | access token | read
POST /api/auth/factors/totp | access token + CSRF, recent sign-in | change
POST /api/auth/factors/totp/confirm | access token + CSRF, recent sign-in | change
DELETE /api/auth/factors/totp | access token + CSRF, recent sign-in | change
POST /api/auth/factors/recovery-codes | access token + CSRF, recent sign-in | change
POST /api/auth/factors/passkeys/options | access token + CSRF, recent sign-in | change
POST /api/auth/factors/passkeys | access token + CSRF, recent sign-in | change
PATCH /api/auth/factors/passkeys/{id} | access token + CSRF | change
DELETE /api/auth/factors/passkeys/{id} | access token + CSRF, recent sign-in | change
GET /api/auth/oauth/{provider} | anyone | change
GET /api/auth/oauth/{provider}/callback | anyone | change
POST /api/auth/exchange-session | own origin | exchangeIp
POST /api/auth/oauth/{provider}/again | access token + CSRF | change
POST /api/auth/oauth/{provider}/link | access token + CSRF, recent sign-in | change
GET /api/auth/identities | access token | read
POST /api/auth/identities/offer | access token + CSRF | change
POST /api/auth/identities | access token + CSRF, recent sign-in | change
DELETE /api/auth/identities/{id} | access token + CSRF, recent sign-in | change
POST /api/auth/export | access token + CSRF, recent sign-in | change
POST /api/auth/account/delete | access token + CSRF, recent sign-in | change
POST /api/auth/claim | access token + CSRF, recent sign-in | change
POST /api/auth/account/keep | own origin | change
GET /api/admin/users | permission users:read; changes: CSRF, recent sign-in | read
GET /api/admin/users/{id} | permission users:read; changes: CSRF, recent sign-in | read
POST /api/admin/users/{id}/disable | permission users:update; changes: CSRF, recent sign-in | change
POST /api/admin/users/{id}/enable | permission users:update; changes: CSRF, recent sign-in | change
POST /api/admin/users/{id}/end-sessions | permission users:update; changes: CSRF, recent sign-in | change
POST /api/admin/users/{id}/reset-password | permission users:update; changes: CSRF, recent sign-in | change
POST /api/admin/users/{id}/remove-factors | permission users:update; changes: CSRF, recent sign-in | change
DELETE /api/admin/users/{id} | permission users:delete; changes: CSRF, recent sign-in | change
GET /api/admin/roles | permission roles:read; changes: CSRF, recent sign-in | read
POST /api/admin/roles | permission roles:manage; changes: CSRF, recent sign-in | change
PATCH /api/admin/roles/{id} | permission roles:manage; changes: CSRF, recent sign-in | change
DELETE /api/admin/roles/{id} | permission roles:manage; changes: CSRF, recent sign-in | change
PUT /api/admin/users/{id}/roles/{roleId} | permission roles:manage; changes: CSRF, recent sign-in | change
DELETE /api/admin/users/{id}/roles/{roleId} | permission roles:manage; changes: CSRF, recent sign-in | change
GET /api/admin/sessions | permission users:read; changes: CSRF, recent sign-in | read
POST /api/admin/sessions/end-all | permission system:admin; changes: CSRF, recent sign-in | change
DELETE /api/admin/sessions/{id} | permission users:update; changes: CSRF, recent sign-in | change
GET /api/admin/keys | permission system:read; changes: CSRF, recent sign-in | read
POST /api/admin/keys/rotate | permission system:admin; changes: CSRF, recent sign-in | change
GET /api/admin/audit | permission audit:read; changes: CSRF, recent sign-in | read
GET /api/admin/audit/export | permission audit:read; changes: CSRF, recent sign-in | auditExport
GET /api/admin/limits | permission system:read; changes: CSRF, recent sign-in | read
DELETE /api/admin/limits/{id} | permission system:admin; changes: CSRF, recent sign-in | change
GET /api/admin/alerts | permission system:read; changes: CSRF, recent sign-in | read
POST /api/admin/alerts/{id}/acknowledge | permission system:admin; changes: CSRF, recent sign-in | change
GET /api/auth/health | anyone | none
GET /health/live | anyone | none
GET /health/ready | anyone | none
GET /.well-known/jwks.json | anyone | none
GET /openapi.json | anyone | none
`)
})

test('VAL-3 the table has every endpoint of the contract, once, and nothing else', () => {
  const known = Object.values(endpoints).map(({ method, path }) => `${method} ${path.replace(/^\./, '/api/auth')}`)
  const served = site.vigile.routes().map(({ method, path }) => `${method} ${path}`)
  expect(served.toSorted()).toEqual(known.toSorted())
  expect(new Set(served).size).toBe(served.length)
})

test('VAL-3 S-86 a stranger gets nothing of anyone from any route', async () => {
  const stranger = site.visitor()
  for (const { method, path, guard } of site.vigile.routes()) {
    const asked = path.replace('{id}', 'A'.repeat(22))
    const reply = await stranger.send(method, asked, method === 'GET' ? {} : { body: {} })
    const isOpen = ['anyone', 'own origin', 'own origin; CSRF where a session cookie came'].includes(guard)
    expect([path, isOpen || reply.status === 401]).toEqual([path, true])
    expect([path, path !== '/openapi.json' && /@|"user"/.test(reply.text)]).toEqual([path, false])
  }
})

test('VAL-3 no other method of a route is served', async () => {
  const visitor = site.visitor()
  await visitor.signUp('ada@example.com')
  const served = new Map<string, string[]>()
  for (const { method, path } of site.vigile.routes()) served.set(path, [...(served.get(path) ?? []), method])
  for (const [path, methods] of served) {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
      if (methods.includes(method)) continue
      const reply = await visitor.send(method, path.replace('{id}', 'A'.repeat(22)))
      expect([method, path, reply.status, reply.body.code]).toEqual([method, path, 405, 'method_not_allowed'])
      expect(reply.headers.get('allow')).toBe(
        // HEAD of a link that leads somewhere would do what nobody asked for.
        methods.flatMap((one) => (one === 'GET' && !path.includes('/oauth/') ? ['GET', 'HEAD'] : [one])).join(', '),
      )
    }
  }
})

test('`handles` says which paths are the engine’s, whole segments only (VAL-3)', () => {
  const { handles, routes } = site.vigile
  for (const { path } of routes()) expect(handles(path)).toBe(true)
  for (const path of [
    '/',
    '/api',
    '/api/authentication',
    '/apixauth/me',
    '/health',
    '/health/live/x',
    '/openapi.jsonx',
    '/api/admin',
    '/api/admin/products',
    '/api/admin/users/x/y/z',
    '/x/api/admin/users',
  ])
    expect(handles(path), path).toBe(false)
})

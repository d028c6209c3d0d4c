// Paths that a limit or guard might not know for what they are (H-7).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site } from '../support/site.ts'
import { goodPassword } from '../support/visitor.ts'

let site: Site
beforeAll(async () => {
  site = await openSite('embedded')
  await site.visitor().signUp('ada@example.com')
})
afterAll(() => site?.close())

const signIn = '/api/auth/login'
const spellings = [
  signIn,
  '//api/auth/login',
  '/api//auth/login',
  '/api/auth//login',
  '/api/auth/login/',
  '/api/auth/login//',
  '/api/auth/login/.',
  '/api/auth/login/..',
  '/api/auth/x/../login',
  '/api/auth/./login',
  '/api/auth/login.',
  '/api/auth/login;x=1',
  '/api;x/auth/login',
  '/API/auth/login',
  '/api/auth/LOGIN',
  '/api/auth/Login',
  '/api/auth/%6cogin',
  '/api/auth/%6Cogin',
  '/%61pi/auth/login',
  '/api%2fauth%2flogin',
  '/api/auth%2flogin',
  '/api/auth/%2flogin',
  '/api/auth/%2e/login',
  '/api/auth/%2e%2e/auth/login',
  '/api/auth/%252e%252e/auth/login',
  '/api/auth/%5clogin',
  '/api/auth\\login',
  '/api/auth/login%00',
  '/api/auth/login%20',
  '/api/auth/login%0a',
  '/api/auth/login%09',
  '/api/auth/login%3f',
  '/api/auth/login%23',
  '/api/auth/login?',
  '/api/auth/login#x',
  '/api/auth/login%',
  '/api/auth/login%zz',
  '/api/auth/l%C0%AFogin',
  '/api/auth/ｌogin',
  '/api/auth/login\u200b',
  '/x/..//api/auth/login',
  '/.//api/auth/login',
]

test('H-7 however the path is spelt, an attempt is counted or is none', async () => {
  const attacker = '203.0.113.9'
  const counts = new Map<number, number>()
  let number = 0
  for (let round = 0; round < 3; round += 1) {
    for (const spelling of spellings) {
      number += 1
      const body = JSON.stringify({ email: `nobody${number}@example.com`, password: 'no-quiet-harbour-41' })
      const request = new Request(`${site.publicUrl}${spelling}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      const { status } = await site.vigile.fetch(request, { address: attacker })
      counts.set(status, (counts.get(status) ?? 0) + 1)
      expect([401, 404, 429], spelling).toContain(status)
    }
  }
  expect(counts.get(401)).toBe(10)
  expect(counts.get(429)).toBeGreaterThan(10)
  expect(counts.get(404)).toBeGreaterThan(60)
})

test('VAL-3 however the path is spelt, a guarded route lets no stranger in', async () => {
  const all = spellings.map((spelling) => spelling.replace('login', 'me').replace('LOGIN', 'ME').replace('Login', 'Me'))
  for (const spelling of [...all, '/api/auth/sessions', '/api/auth/sessions/', '/api/auth/sessions%2f']) {
    const reply = await site.vigile.fetch(new Request(`${site.publicUrl}${spelling}`), { address: '203.0.113.10' })
    expect([401, 404, 405], spelling).toContain(reply.status)
  }
})

describe('paths that are nobody’s', () => {
  test.each([
    '/',
    '/api',
    '/api/auth',
    '/api/auth/',
    '/api/auth/admin',
    '/api/auth/../../etc/passwd',
    '/api/auth/%2e%2e%2f%2e%2e%2fetc/passwd',
    '/api/authentication/me',
    '/api/auth.json',
    '/.well-known/jwks',
    '/.well-known/jwks.json/',
    '/.env',
    '/.git/config',
    '/metrics',
    '/health',
    '/health/live/x',
    `/${'a'.repeat(10_000)}`,
    '/api/auth/sessions/a/b',
  ])('VAL-2 VAL-3 %s is a problem answer, and tells nothing', async (path) => {
    const reply = await site.visitor().get(path)
    expect(reply.status).toBe(404)
    expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(reply.body).toMatchObject({ code: 'not_found', title: 'Not found' })
    expect(reply.text.length).toBeLessThan(400)
  })

  test.each([
    'x',
    '..',
    '%2e%2e',
    'A'.repeat(21),
    'A'.repeat(23),
    `${'A'.repeat(21)}%00`,
    `${'A'.repeat(21)}'`,
    'A'.repeat(5000),
  ])('VAL-1 a session id "%s" is nobody’s', async (id) => {
    const visitor = site.visitor()
    await visitor.signIn('ada@example.com', goodPassword)
    const reply = await visitor.send('DELETE', `/api/auth/sessions/${id}`)
    expect([reply.status, ['not_found', 'method_not_allowed'].includes(reply.body.code)]).toEqual([reply.status, true])
    expect([404, 405]).toContain(reply.status)
    expect((await visitor.me()).status).toBe(200)
  })
})

test('S-90 a path can’t write a line of its own into the log', async () => {
  await site.visitor().get('/api/auth/x%0d%0alevel=error%1b[31m%00message=forged')
  const line = site.log.findLast(({ message }) => message === 'request')
  expect(line?.fields.path).toMatch(/^[\x21-\x7e]+$/)
  await site.visitor().get(`/api/auth/${'%0a'.repeat(5000)}`)
  expect(String(site.log.findLast(({ message }) => message === 'request')?.fields.path).length).toBeLessThan(1000)
  await site.visitor().get(`/api/auth/${'x'.repeat(245)}${encodeURIComponent('👩‍💻👩‍💻')}`)
  expect(site.log.findLast(({ message }) => message === 'request')?.fields.status).toBe(404)
})

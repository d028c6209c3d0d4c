// Cookies that someone else could plant: a sub-domain, another application on the host.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSite, type Site } from '../support/site.ts'
import { addApp, codeAt, stepMs } from '../support/totp.ts'

let site: Site
beforeAll(async () => {
  site = await openSite('embedded')
})
afterAll(() => site?.close())

test('LIM-7 S-12 COOK-8 planted device cookies in front, as many as headers hold, do not hide the browser’s own', async () => {
  const owner = site.visitor()
  await owner.signUp('owner@example.com')
  for (let tries = 0; tries < 10; tries += 1) await site.visitor().signIn('owner@example.com', 'wrong password')
  expect((await site.visitor().signIn('owner@example.com')).status).toBe(429)
  const own = owner.cookie('device')
  const others = Array.from({ length: 200 }, (_, n) => `vigile_device=${String(n).padStart(43, 'A')}`)
  const planted = ['vigile_device=junk', ...others, `vigile_device=${own}`].join('; ')
  const body = { email: 'owner@example.com', password: 'quiet-harbour-lantern-42' }
  const reply = await owner.post('/api/auth/login', body, { cookie: planted })
  expect(reply.status).toBe(200)
  expect(owner.cookie('device')).toBe(own)
})

test('S-22 COOK-8 planted cookies of sign-ins that wait, as many as headers hold, do not hide the browser’s own', async () => {
  const owner = site.visitor()
  await owner.signUp('waiting@example.com')
  const app = await addApp(owner, site.now())
  const browser = site.visitor()
  expect((await browser.signIn('waiting@example.com')).body.next).toBe('second_factor')
  const others = Array.from({ length: 200 }, (_, n) => `vigile_pending=${String(n).padStart(43, 'A')}`)
  const cookie = [...others, `vigile_pending=${browser.cookie('pending')}`].join('; ')
  expect((await browser.get('/api/auth/second-factor', { cookie })).status).toBe(200)
  site.move(stepMs)
  const body = { method: 'totp', code: codeAt(app.secret, site.now()) }
  const reply = await browser.post('/api/auth/second-factor', body, { cookie })
  expect([reply.status, reply.body.user?.email]).toEqual([200, 'waiting@example.com'])
})

test('CSRF-2 S-22 a planted sign-in that waits is of the attacker’s account, and the page is told whose it is', async () => {
  const [attacker, victim] = [site.visitor(), site.visitor()]
  // The attacker's is the newer one.
  for (const [who, email] of [
    [victim, 'victim@example.com'],
    [attacker, 'attacker@example.com'],
  ] as const) {
    await who.signUp(email)
    await addApp(who, site.now())
    expect((await who.signIn(email)).body).toMatchObject({ next: 'second_factor', email })
  }
  const cookie = [victim, attacker].map((who) => `vigile_pending=${who.cookie('pending')}`).join('; ')
  const { body } = await victim.get('/api/auth/second-factor', { cookie })
  expect(body.email).toBe('attacker@example.com')
  expect((await victim.get('/api/auth/second-factor')).body.email).toBe('victim@example.com')
})

test('S-12 planted access cookies do not hide the genuine one', async () => {
  const visitor = site.visitor()
  await visitor.signUp('planted@example.com')
  const junk = Array.from({ length: 20 }, (_, index) => `vigile_access=x${index}`).join('; ')
  const reply = await visitor.get('/api/auth/me', { cookie: `${junk}; vigile_access=${visitor.cookie('access')}` })
  expect(reply.status).toBe(200)
})

test('LIM-1 bad bodies are counted as changes of their address', async () => {
  const visitor = site.visitor()
  const statuses = []
  for (let count = 0; count < 110; count += 1) statuses.push((await visitor.post('/api/auth/login', {})).status)
  expect(statuses.filter((status) => status === 400)).toHaveLength(100)
  expect(statuses.filter((status) => status === 429)).toHaveLength(10)
})

test('LIM-3 LIM-7 I18N-1 an account closed to new devices says so, in both languages', async () => {
  await site.visitor().signUp('closed@example.com')
  for (let round = 0; round < 10; round += 1) {
    for (let tries = 0; tries < 10; tries += 1) await site.visitor().signIn('closed@example.com', 'wrong password')
    site.move(16 * 60_000)
  }
  const body = { email: 'closed@example.com', password: 'quiet-harbour-lantern-42' }
  const said = async (language: string) =>
    (await site.visitor().post('/api/auth/login', body, { headers: { 'accept-language': language } })).body.detail
  expect(await said('en')).toMatch(/closed to new devices/)
  expect(await said('fr')).toMatch(/fermé aux nouveaux appareils/)
})

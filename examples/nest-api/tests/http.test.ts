// The steps that show in answers, at a desk on the embedded store.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { goodPassword } from '../../../tests/support/visitor.ts'
import { invoice, type Ledger, minute, startLedger } from './ledger.suite.ts'

let ledger: Ledger
/** As Nest printed them at its start. */
let routes: readonly { readonly path: string; readonly method: string }[]
beforeAll(async () => {
  ledger = await startLedger()
  const mapped = ledger.log().matchAll(/Mapped \{(\S+), (\w+)\} route/g)
  routes = [...mapped].map(([, path = '', method = '']) => ({ path, method }))
})
afterAll(() => ledger?.stop())

let people = 0
const signedUp = async () => {
  people += 1
  const email = `clerk-${people}@ledger.example`
  const browser = ledger.browser()
  expect((await browser.signUp(email)).status).toBe(201)
  return { email, browser }
}

const attributesOf = (line: string) => {
  const [pair = '', ...rest] = line.split('; ')
  return [pair.split('=')[0], ...rest.filter((one) => !/^(max-age|expires)=/i.test(one))].join(' ')
}

test('SYS-A 1 COOK-1 COOK-2 COOK-3 COOK-5 COOK-8 at a desk: lax and not Secure, no token that a script reads', async () => {
  const { setCookies, body } = await ledger.browser().signUp('cookies@ledger.example')
  expect(setCookies.map(attributesOf).toSorted()).toEqual([
    'ledger_access Path=/ HttpOnly SameSite=Lax',
    'ledger_csrf Path=/ SameSite=Lax',
    'ledger_device Path=/api/auth HttpOnly SameSite=Lax',
    'ledger_hint Path=/ SameSite=Lax',
    'ledger_refresh Path=/api/auth HttpOnly SameSite=Lax',
  ])
  expect(JSON.stringify(body)).not.toMatch(/token/i)
  const life = (kind: string) => Number(/max-age=(\d+)/i.exec(setCookies.find((one) => one.includes(kind)) ?? '')?.[1])
  // What is left of them, to the second.
  expect(15 * 60 - life('_access')).toBeLessThan(10)
  expect(7 * 24 * 3600 - life('_refresh')).toBeLessThan(10)
})

test('SYS-A 2 TOK-1 the access token is over after a quarter of an hour, and a refresh gives the next', async () => {
  const { browser } = await signedUp()
  const cookie = `ledger_access=${browser.cookie('access')}`
  expect((await browser.get('/api/invoices', { cookie })).status).toBe(200)
  ledger.moveClock(16 * minute)
  expect((await browser.get('/api/invoices', { cookie })).status).toBe(401)
  expect((await browser.refresh()).status).toBe(200)
  expect((await browser.get('/api/invoices')).status).toBe(200)
})

test('SYS-A 3 TOK-4 TOK-5 one session for each person; a copied token opens nothing after sign-out', async () => {
  const { email, browser } = await signedUp()
  const other = ledger.browser()
  await other.signIn(email)
  expect((await browser.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'session_limit' })
  expect((await browser.get('/api/invoices')).status).toBe(401)
  const cookie = `ledger_access=${other.cookie('access')}`
  expect((await other.post('/api/auth/logout')).status).toBe(204)
  expect((await other.get('/api/invoices', { cookie })).status).toBe(401)
})

test('SYS-A 3 10 TOK-3 AUD-5 attack: a stolen refresh token that is used after its owner went on ends the session, and alarms', async () => {
  const { browser } = await signedUp()
  const thief = ledger.browser()
  thief.jar.restore(browser.jar.snapshot())
  for (let round = 0; round < 2; round += 1) {
    ledger.moveClock(90 * minute)
    expect((await browser.refresh()).body).toMatchObject({ rotated: true })
    await browser.ack()
  }
  const stale = await thief.refresh()
  expect([stale.status, stale.body.code]).toEqual([409, 'stale_token'])
  expect((await thief.refresh({ retry: stale.body.fingerprint })).body).toMatchObject({ reason: 'reuse' })
  expect((await browser.refresh()).body).toMatchObject({ code: 'session_ended', reason: 'reuse' })
  expect((await browser.get('/api/invoices')).status).toBe(401)
  // Step 10: whoever operates it is told.
  await vi.waitFor(async () => expect(await ledger.operator('alerts', 'list', '--open')).toMatch(/session_reuse/), {
    timeout: 30_000,
    interval: 1_000,
  })
})

test('SYS-A 5 VAL-3 every route that Nest has is refused to strangers, but for the one that is public', async () => {
  const answers = await Promise.all(
    routes.map(async ({ path, method }) => {
      const { status } = await ledger.browser().send(method, path.replace(':id', '7'))
      return `${method} ${path} ${status}`
    }),
  )
  expect(answers.toSorted()).toEqual([
    'GET /api/invoices 401',
    'GET /api/invoices/terms 200',
    'GET /api/journal 401',
    'POST /api/invoices 401',
    'POST /api/invoices/:id/approve 401',
  ])
})

test('SYS-A 5 RBAC-3 RBAC-4 TOK-11 a clerk adds, a manager approves once, from the next click on, each on record', async () => {
  const { email, browser } = await signedUp()
  const { id } = (await browser.post('/api/invoices', invoice)).body
  const approve = () => browser.post(`/api/invoices/${id}/approve`)
  expect((await approve()).body).toMatchObject({ code: 'permission_denied', permission: 'invoices:approve' })
  expect((await browser.get('/api/journal')).status).toBe(403)
  await ledger.operator('roles', 'grant', email, 'manager')
  expect((await browser.post(`/api/invoices/${id}/approve`, {}, { csrf: null })).body.code).toBe('csrf_failed')
  expect((await approve()).body).toMatchObject({ state: 'approved', approvedBy: email })
  expect((await approve()).status).toBe(404)
  const journal = (await browser.get('/api/journal')).body as { action: string; resourceId: string }[]
  expect(journal.find(({ action }) => action === 'invoices:approve')).toMatchObject({
    who: email,
    what: invoice.reference,
    resourceId: id,
    ip: '127.0.0.1',
    details: { before: { state: 'waiting' }, after: { state: 'approved', approvedBy: email } },
  })
  expect(journal.map(({ action }) => action)).toContain('permission:denied')
  ledger.moveClock(11 * minute)
  expect((await approve()).body.code).toBe('reauthentication_required')
})

test('SYS-A 6 VAL-1 VAL-2 a body holds what its class says, and nothing else', async () => {
  const { browser } = await signedUp()
  const wrong = async (more: object) => {
    const { status, headers, body } = await browser.post('/api/invoices', { ...invoice, ...more })
    expect(headers.get('content-type')).toMatch('application/problem+json')
    return [status, body.code, ...(body.errors ?? []).map(({ path }: { path: string }) => path)]
  }
  expect(await wrong({ state: 'approved' })).toEqual([400, 'validation_failed', 'state'])
  expect(await wrong({ amountCents: -1, dueOn: 'soon' })).toEqual([400, 'validation_failed', 'amountCents', 'dueOn'])
  expect(await wrong({ amountCents: '12' })).toEqual([400, 'validation_failed', 'amountCents'])
  expect(await wrong({ supplier: 'x'.repeat(70_000) })).toEqual([413, 'payload_too_large'])
  const headers = { 'content-type': 'application/json' }
  const broken = await browser.post('/api/invoices', undefined, { raw: '{', headers })
  expect([broken.status, broken.body.code]).toEqual([400, 'validation_failed'])
  expect(broken.text).not.toMatch(/node_modules|at /)
})

test('SYS-A 7 HDR-1 pages and answers carry what helmet sets, and no policy lets anything inline run', async () => {
  for (const path of ['/', '/sign-in', '/app.js', '/api/invoices', '/api/invoices/terms', '/api/auth/me', '/nowhere']) {
    const { headers } = await ledger.browser().get(path)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy, path).toMatch(/frame-ancestors 'none'/)
    expect(policy, path).not.toMatch(/unsafe/)
    expect(headers.get('x-content-type-options'), path).toBe('nosniff')
    expect(headers.get('x-frame-options'), path).toBe('DENY')
    expect(headers.get('referrer-policy'), path).toBe('strict-origin-when-cross-origin')
    expect(headers.get('x-powered-by'), path).toBeNull()
  }
  expect((await ledger.browser().get('/sign-in')).headers.get('permissions-policy')).toContain('camera=()')
})

// The last one: what it uses up is this address's for a quarter of an hour.
test('SYS-A 4 LIM-1 LIM-2 LIM-3 ACC-3 attack: ten guesses, then nothing for a quarter of an hour, forged addresses or not', async () => {
  const { email, browser } = await signedUp()
  await browser.post('/api/auth/logout')
  const guess = (count: number, of = email) => {
    const headers = { 'x-forwarded-for': `203.0.113.${count}` }
    return ledger.browser().post('/api/auth/login', { email: of, password: `guess-${count}-guess` }, { headers })
  }
  const known = await guess(0)
  const unknown = await guess(1, 'nobody@ledger.example')
  expect({ ...known.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' })
  for (let count = 2; count < 10; count += 1) expect((await guess(count)).status).toBe(401)
  const refused = await guess(10)
  expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited'])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(800)
  expect((await ledger.browser().signIn(email)).status).toBe(429)
  // LIM-7: who signed in from this browser before is not locked out by somebody else's guesses.
  expect((await browser.signIn(email, goodPassword)).status).toBe(200)
  ledger.moveClock(16 * minute)
  expect((await ledger.browser().signIn(email)).status).toBe(200)
})

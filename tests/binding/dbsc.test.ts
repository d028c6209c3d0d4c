// Sessions that the browser itself keeps (W3C Device Bound Session Credentials): how they begin, go on and end over HTTP.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SessionId } from '../../engine/src/primitives/ids.ts'
import type { Database } from '../../engine/src/stores/database.ts'
import { claimsOf, openDatabase } from '../protocol/desk.ts'
import { createDatabase, startPostgres } from '../services/postgres.ts'
import { createDevice } from '../support/device.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { goodPassword } from '../support/visitor.ts'
import {
  challengeOf,
  createDbscBrowser,
  type Offer,
  type Owner,
  offerOf,
  signUpBoundInDbsc,
  signUpInDbsc,
} from './dbsc-browser.ts'

const hour = 3_600_000
const publicUrl = 'https://shop.example.com'
const production = { publicUrl, production: true, accounts: { verifyEmail: false } } as const

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  let database: Database
  beforeAll(async () => {
    site = await openSite(kind, { ...production, sessions: { binding: 'optional' } })
    database = openDatabase(kind, site.database)
  })
  afterAll(async () => {
    await database?.close()
    await site?.close()
  })

  const idOf = ({ started }: Owner) => started.body.session.id as SessionId
  const rowOf = async (owner: Owner) => (await database.sessions.find(idOf(owner))).session
  const alerts = () => site.log.filter(({ fields }) => fields.alert === 'proof_refused').length

  test('S-80 a sign-in without a key offers registration: ES256 alone, a path, a challenge', async () => {
    const { started, email } = await signUpInDbsc(site)
    const offer = offerOf(started)
    expect(offer).toMatchObject({ algorithms: 'ES256', path: '/api/auth/dbsc/registration' })
    expect(offer?.challenge).toMatch(/^[\w-]{22}\.[\w-]{11}\.\d+\.[\w-]{43}$/)
    expect(offerOf(await site.visitor().signIn(email))?.challenge).not.toBe(offer?.challenge)
    // Who brings a key of a script has one: there is no second.
    const device = await createDevice(publicUrl)
    const credentials = { email, password: goodPassword }
    const byScript = await device.post(site.visitor(), '/login', credentials)
    expect([byScript.status, offerOf(byScript)]).toEqual([200, null])
  })

  test('S-81 S-82 registration answers what to keep, and a cookie of exactly those attributes, bound to the key', async () => {
    const owner = await signUpInDbsc(site)
    const { browser } = owner
    expect(browser.kept()).toEqual({
      id: idOf(owner),
      refreshUrl: '/api/auth/dbsc/refresh',
      cookie: '__Host-vigile_access',
      attributes: 'Path=/; HttpOnly; Secure; SameSite=Strict',
      scope: { origin: publicUrl, include_site: false },
    })
    const claims = () =>
      claimsOf(browser.visitor.cookie('access')) as ReturnType<typeof claimsOf> & { cnf?: { jkt: string } }
    // The key is named from its first proof on.
    expect([claims().exp - claims().iat, claims().cnf]).toEqual([300, undefined])
    expect(await rowOf(owner)).toMatchObject({ boundKey: `registered.${browser.jwk.x}.${browser.jwk.y}`, winner: 0 })
    expect(
      await database.audit.list({ limit: 5, action: 'session:key-registered', userId: started(owner) }),
    ).toHaveLength(1)
    await browser.refresh()
    expect([claims().exp - claims().iat, claims().cnf?.jkt.length]).toEqual([300, 43])
  })
  const started = (owner: Owner) => owner.started.body.user.id

  test('S-83 a refresh without a proof is 403 with a challenge, takes nothing and is no alarm; with it the cookie comes', async () => {
    const { browser } = await signUpInDbsc(site)
    const before = alerts()
    const asked = await browser.ask(null)
    expect([asked.status, asked.body.code, asked.setCookies]).toEqual([403, 'challenge_required', []])
    expect(challengeOf(asked)?.id).toBe(browser.kept()?.id)
    expect(challengeOf(await browser.ask(null))?.challenge).not.toBe(challengeOf(asked)?.challenge)
    const renewed = await browser.ask(await browser.proof(challengeOf(asked)?.challenge ?? ''))
    expect(renewed.status).toBe(200)
    expect(renewed.setCookies.map((line) => line.split('=')[0])).toEqual(['__Host-vigile_access'])
    expect(renewed.body.credentials).toHaveLength(1)
    expect(challengeOf(renewed)).not.toBeNull()
    expect(alerts()).toBe(before)
  })

  test('S-83 the id of the session may come quoted, as the draft says, or bare, as browsers send it', async () => {
    const owner = await signUpInDbsc(site)
    const id = { 'sec-secure-session-id': `"${idOf(owner)}"` }
    const asked = await owner.browser.ask(null, { headers: id })
    const response = `"${await owner.browser.proof(challengeOf(asked)?.challenge ?? '')}"`
    expect((await owner.browser.ask(response, { headers: id })).status).toBe(200)
  })

  test('S-83 the first proof binds the session: from then on it is nothing without its key', async () => {
    const owner = await signUpBoundInDbsc(site)
    expect((await rowOf(owner))?.boundKey).toBe(`dbsc.${owner.browser.jwk.x}.${owner.browser.jwk.y}`)
    const plain = await owner.browser.visitor.refresh()
    expect([plain.status, plain.body.code, plain.body.reason]).toEqual([401, 'proof_required', undefined])
    expect(plain.setCookies).toEqual([])
  })

  test('S-82 PROTOCOL a browser without script keeps its session for weeks: the table goes on underneath', async () => {
    const owner = await signUpInDbsc(site)
    const { browser } = owner
    for (let hours = 0; hours < 8 * 24; hours += 12) {
      site.move(12 * hour)
      expect((await browser.send('GET', '/api/auth/me')).status).toBe(200)
    }
    const row = await rowOf(owner)
    // One generation for each half day; the idle end, seven days from the beginning, has moved with them.
    expect([row?.generation, row?.revokedAt]).toEqual([16, null])
    expect(browser.visitor.cookie('csrf')).toBeDefined()
  })

  test('I5 S-82 a refresh whose answer was lost is made good: the same token again, a sibling an hour later', async () => {
    const { browser } = await signUpInDbsc(site)
    site.move(2 * hour)
    await browser.refresh()
    site.move(2 * hour)
    const first = await browser.ask(null)
    const lost = await browser.ask(await browser.proof(challengeOf(first)?.challenge ?? ''), { lands: false })
    expect([lost.status, lost.setCookies.length]).toEqual([200, 4])
    const again = await browser.refresh({ lands: true })
    const refreshCookie = (lines: readonly string[]) => lines.find((line) => line.includes('_refresh='))
    expect(refreshCookie(again.setCookies)?.split(';')[0]).toBe(refreshCookie(lost.setCookies)?.split(';')[0])
    site.move(hour)
    expect((await browser.refresh()).status).toBe(200)
    expect((await browser.send('GET', '/api/auth/me')).status).toBe(200)
  })

  test('I5 S-81 a registration whose answer was lost costs nobody the session: without a proof the key is soon asked for no more', async () => {
    const visitor = site.visitor()
    const browser = await createDbscBrowser(visitor, publicUrl)
    const signedUp = await visitor.signUp(`lost-${site.now()}@example.com`)
    const offer = offerOf(signedUp)
    if (!offer) throw new Error('nothing was offered')
    expect((await browser.register(offer, { lands: false })).status).toBe(200)
    expect(browser.kept()).toBeNull()
    expect((await visitor.ack()).status).toBe(204)
    const early = await visitor.refresh()
    expect([early.body.code, early.body.reason]).toEqual(['proof_required', undefined])
    site.move(300_000)
    expect((await visitor.ack()).status).toBe(204)
    // The browser has had no reason to prove the key while it holds an access cookie.
    expect((await visitor.refresh()).body).toMatchObject({ code: 'proof_required' })
    site.move(300_000)
    expect((await visitor.refresh()).status).toBe(200)
    site.move(hour)
    expect((await visitor.refresh()).body.rotated).toBe(true)
    expect((await visitor.post('/api/auth/logout', {})).status).toBe(204)
  })

  test('S-83 a page in use, which refreshes by script, does not keep the browser from its first proof', async () => {
    const visitor = site.visitor()
    const browser = await createDbscBrowser(visitor, publicUrl)
    const signedUp = await visitor.signUp(`in-use-${site.now()}@example.com`)
    site.move(290_000)
    await browser.register(offerOf(signedUp) as Offer)
    for (let minutes = 0; minutes < 6; minutes += 1) {
      site.move(60_000)
      await browser.send('POST', '/api/auth/refresh', { body: {} })
    }
    const row = await rowOf({ browser, started: signedUp, email: '' })
    expect(row?.boundKey).toMatch(/^dbsc\./)
    expect((await browser.send('GET', '/api/auth/me')).status).toBe(200)
  })

  test('S-84 a recent challenge is tolerated, each of several once; a stale one is asked for anew', async () => {
    const { browser } = await signUpInDbsc(site)
    const two = [challengeOf(await browser.ask(null)), challengeOf(await browser.ask(null))]
    site.move(8 * 60_000)
    for (const one of two) expect((await browser.ask(await browser.proof(one?.challenge ?? ''))).status).toBe(200)
    const old = challengeOf(await browser.ask(null))?.challenge ?? ''
    site.move(11 * 60_000)
    const before = alerts()
    const stale = await browser.ask(await browser.proof(old))
    expect([stale.status, stale.setCookies]).toEqual([403, []])
    expect((await browser.ask(await browser.proof(challengeOf(stale)?.challenge ?? ''))).status).toBe(200)
    expect(alerts()).toBe(before)
  })

  test('S-85 what is over is 401, so that the browser forgets it; a limit is 503, so that it does not', async () => {
    const owner = await signUpBoundInDbsc(site)
    const { browser } = owner
    for (let count = 0; count < 60; count += 1)
      await browser.ask(await browser.proof(challengeOf(await browser.ask(null))?.challenge ?? ''))
    const limited = await browser.refresh()
    expect([limited.status, Number(limited.headers.get('retry-after')) > 0]).toEqual([503, true])
    expect(browser.kept()).not.toBeNull()
    site.move(61_000)
    await database.sessions.revoke([idOf(owner)], 'ended_by_operator', site.now())
    const over = await browser.refresh()
    expect([over.status, over.body.reason, browser.kept()]).toEqual([401, 'ended_by_operator', null])
    expect((await browser.ask(null, { headers: { 'sec-secure-session-id': 'nonsense' } })).status).toBe(401)
  })

  test('S-85 TOK-9 a cookie whose key this node does not know is 503, and ends nothing', async () => {
    const { browser } = await signUpBoundInDbsc(site)
    const cookie = browser.visitor.jar
      .for('/api/auth/dbsc/refresh')
      .map(({ name, value }) => `${name}=${value.replace(/^v1\.[\w-]{11}/, 'v1.elsewhere-k')}`)
      .join('; ')
    expect((await browser.refresh({ cookie })).status).toBe(503)
    expect(browser.kept()).not.toBeNull()
    expect((await browser.refresh()).status).toBe(200)
  })

  test('S-85 a session that is not the browser’s to keep is let go, and goes on', async () => {
    const owner = await signUpInDbsc(site)
    const row = await rowOf(owner)
    if (!row) throw new Error('no session')
    // As after a failover that lost the registration.
    await database.sessions.change(row, { boundKey: null }, row.lastUsedAt)
    const told = await owner.browser.refresh()
    expect(told.body).toEqual({ session_identifier: idOf(owner), continue: false })
    expect(owner.browser.kept()).toBeNull()
    expect((await owner.browser.visitor.refresh()).status).toBe(200)
  })

  test('PROTOCOL bound: acks, sign-out and what ends sessions are proven by the cookie that the browser keeps fresh', async () => {
    const owner = await signUpBoundInDbsc(site)
    const { browser, email } = owner
    const before = alerts()
    expect((await browser.send('POST', '/api/auth/ack', { body: {} })).status).toBe(204)
    expect((await browser.visitor.refresh()).body.code).toBe('proof_required')
    expect(alerts()).toBe(before)
    const elsewhere = await site.visitor().signIn(email)
    const ending = await browser.send('DELETE', `/api/auth/sessions/${elsewhere.body.session.id}`)
    expect(ending.status).toBe(204)
    site.move(hour)
    expect((await browser.send('POST', '/api/auth/logout', { body: {} })).status).toBe(204)
    expect((await rowOf(owner))?.revokedReason).toBe('signed_out')
    // The next request makes the browser ask, and forget.
    await browser.send('GET', '/api/auth/csrf')
    expect(browser.kept()).toBeNull()
  })

  test('PROTOCOL bound: a browser that has lost its key is told so, on record, and a sign-in gives it another', async () => {
    const owner = await signUpBoundInDbsc(site)
    const { browser, email } = owner
    browser.forget()
    site.move(hour)
    const skipped = { headers: { 'secure-session-skipped': `unreachable;session_identifier="${idOf(owner)}"` } }
    expect((await browser.visitor.refresh({}, skipped)).body.reason).toBeUndefined()
    const before = alerts()
    const lost = await browser.visitor.refresh()
    expect([lost.status, lost.body.code, lost.body.reason]).toEqual([401, 'proof_required', 'key_lost'])
    expect(alerts()).toBe(before + 1)
    expect((await browser.start('/login', { email, password: goodPassword })).status).toBe(200)
    expect((await rowOf(owner))?.revokedReason).toBe('replaced')
    expect((await browser.refresh()).status).toBe(200)
  })

  test('I5 PROTOCOL bound: a request that comes a moment after its access cookie has ended costs nobody the session', async () => {
    const owner = await signUpBoundInDbsc(site)
    const { visitor } = owner.browser
    const own = visitor.cookie('access') ?? ''
    const late = visitor.jar
      .for('/api/auth/refresh')
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    for (const pause of [300_000, hour]) {
      site.move(pause)
      for (const path of ['/refresh', '/ack', '/logout']) {
        const refused = await visitor.post(`/api/auth${path}`, {}, { cookie: late })
        expect([refused.status, refused.body.code, refused.body.reason]).toEqual([401, 'proof_required', undefined])
        expect(refused.setCookies).toEqual([])
      }
    }
    // One of another session says nothing, nor does a forged one.
    const theirs = (await signUpBoundInDbsc(site)).browser.visitor.cookie('access') ?? ''
    for (const wrong of [theirs, `${own.slice(0, -8)}AAAAAAAA`]) {
      const refused = await visitor.refresh({}, { cookie: late.replace(own, wrong) })
      expect([refused.body.code, refused.body.reason]).toEqual(['proof_required', 'key_lost'])
    }
    expect((await owner.browser.send('GET', '/api/auth/me')).status).toBe(200)
  })

  test('TOK-8 PROTOCOL bound: after a change of password the browser registers a key for the new session', async () => {
    const owner = await signUpBoundInDbsc(site)
    const { browser } = owner
    const first = browser.kept()?.id
    const change = { currentPassword: goodPassword, newPassword: 'another-harbour-lantern-43' }
    const changed = await browser.start('/password/change', change)
    expect([changed.status, browser.kept()?.id]).toEqual([200, changed.body.session.id])
    expect(browser.kept()?.id).not.toBe(first)
    site.move(hour)
    expect((await browser.send('GET', '/api/auth/me')).status).toBe(200)
  })

  test('PROTOCOL bound: someone else signs in in the same browser: the session before is over, and never gets its cookie back', async () => {
    const owner = await signUpBoundInDbsc(site)
    const other = await signUpInDbsc(site)
    const second = await createDbscBrowser(owner.browser.visitor, publicUrl)
    await second.start('/login', { email: other.email, password: goodPassword })
    const replaced = await owner.browser.refresh()
    expect([replaced.status, replaced.body.reason, replaced.setCookies]).toEqual([401, 'replaced', []])
    expect((await rowOf(owner))?.revokedReason).toBe('replaced')
    expect((await second.send('GET', '/api/auth/me')).body.user.email).toBe(other.email)
  })

  test('PROTOCOL bound: a refresh that was not sent the refresh cookie gets the access cookie and changes nothing', async () => {
    const owner = await signUpBoundInDbsc(site)
    const before = await rowOf(owner)
    site.move(2 * hour)
    const { browser } = owner
    const { challenge = '' } = challengeOf(await browser.ask(null)) ?? {}
    const renewed = await browser.ask(await browser.proof(challenge), { cookie: null })
    expect(renewed.setCookies.map((line) => line.split('=')[0])).toEqual(['__Host-vigile_access'])
    expect(await rowOf(owner)).toEqual(before)
  })
})

test('S-85 a database that is away is 503, which ends nothing: the browser keeps its key, and goes on afterwards', async () => {
  const postgres = await startPostgres()
  const address = await createDatabase(postgres.url)
  const site = await openSite('PostgreSQL and Redis', {
    ...production,
    database: address,
    pool: { waitSeconds: 1 },
    sessions: { binding: 'optional' },
  })
  try {
    const { browser } = await signUpBoundInDbsc(site)
    const jar = browser.visitor.jar.snapshot()
    const { challenge = '' } = challengeOf(await browser.ask(null)) ?? {}
    postgres.pause()
    const response = await browser.proof(challenge)
    for (const proof of [null, response]) {
      const away = await browser.ask(proof)
      expect([away.status, away.setCookies, Number(away.headers.get('retry-after')) > 0]).toEqual([503, [], true])
    }
    const { status } = await browser.refresh()
    expect([status, browser.kept() === null, browser.visitor.jar.snapshot()]).toEqual([503, false, jar])
    postgres.resume()
    await expect.poll(async () => (await browser.refresh()).status, { timeout: 15_000, interval: 500 }).toBe(200)
    expect((await browser.send('GET', '/api/auth/me')).status).toBe(200)
  } finally {
    postgres.resume()
    await site.close()
    await postgres.stop()
  }
})

describe('where it is not offered', () => {
  test.each([
    ['binding is off', { sessions: { binding: 'off' } }],
    ['tokens come in the body', { sessions: { binding: 'optional' }, delivery: 'body' }],
  ] as const)('S-80 %s', async (_, options) => {
    const site = await openSite('embedded', options)
    const reply = await site.visitor().signUp('plain@example.com')
    expect([reply.status, offerOf(reply)]).toEqual([201, null])
    await site.close()
  })

  test('S-82 COOK-5 with a domain and other origins: the cookie’s own attributes, and whose pages may make it refresh', async () => {
    const options = {
      ...production,
      publicUrl: 'https://auth.example.com',
      cookies: { domain: 'example.com', sameSite: 'lax' },
      allowedOrigins: ['https://app.example.com', 'https://shop.example.com:8443'],
      sessions: { binding: 'optional' },
    } as const
    const site = await openSite('embedded', options)
    const browser = await createDbscBrowser(site.visitor(), site.publicUrl)
    const offer = offerOf(await browser.visitor.signUp('domain@example.com'))
    const { body } = await browser.register(offer as Offer)
    expect(body.scope).toEqual({ origin: 'https://auth.example.com', include_site: false })
    expect(body.allowed_refresh_initiators).toEqual(['app.example.com', 'shop.example.com'])
    expect(browser.kept()).toMatchObject({
      cookie: '__Secure-vigile_access',
      attributes: 'Path=/; Domain=example.com; HttpOnly; Secure; SameSite=Lax',
    })
    await site.close()
  })

  test('S-80 S-85 switched off later: nobody registers any more, and who has a key goes on', async () => {
    const site = await openSite('PostgreSQL and Redis', { ...production, sessions: { binding: 'optional' } })
    try {
      const owner = await signUpBoundInDbsc(site)
      const off = await site.node({ sessions: { binding: 'off' } })
      const ask = (proof?: string) =>
        off.fetch(
          new Request(`${publicUrl}/api/auth/dbsc/refresh`, {
            method: 'POST',
            headers: {
              'sec-secure-session-id': owner.browser.kept()?.id ?? '',
              ...(proof === undefined ? {} : { 'secure-session-response': proof }),
            },
          }),
        )
      // Asked by one node, answered at the other.
      const { challenge = '' } = challengeOf(await owner.browser.ask(null)) ?? {}
      const response = await owner.browser.proof(challenge)
      expect((await ask(response)).status).toBe(200)
      expect((await ask(response)).status).toBe(403)
      expect((await owner.browser.ask(response)).status).toBe(403)
    } finally {
      await site.close()
    }
  })
})

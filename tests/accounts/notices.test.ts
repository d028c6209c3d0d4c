// Letters that tell an owner of what may not have been theirs, and what "this was not me" does (ACC-8, S-16).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addPasskey, signInWithPasskey } from '../passkeys/people.ts'
import { createAuthenticator } from '../support/authenticator.ts'
import { letterTo, tokenIn } from '../support/mail.ts'
import { openSite, type Site, storeKinds } from '../support/site.ts'
import { addApp } from '../support/totp.ts'
import { goodPassword, type Visitor } from '../support/visitor.ts'

const part = { new_device: 'from a browser that it did not know', reuse: 'used from two places' }

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(kind, { accounts: { verifyEmail: true } })
  })
  afterAll(() => site?.close())

  const lettersTo = (to: string) => (site.vigile.mailbox() ?? []).filter((letter) => letter.to === to)
  const letter = (to: string, text: string) => letterTo([site.vigile], to, text)
  const notMe = (token: string) => site.visitor().post('/api/auth/not-me', { token })
  const member = async (email: string): Promise<Visitor> => {
    const who = site.visitor()
    await who.signUp(email)
    const verification = tokenIn(await letter(email, '/verify-email#'))
    expect((await who.post('/api/auth/login', { email, password: goodPassword, verification })).status).toBe(200)
    return who
  }
  /** A later moment: what came before is older than it. */
  const later = () => site.move(1_000)

  test('ACC-8 a new browser is told of, with when and where, in the owner’s language; the first one and known ones are not', async () => {
    const email = 'ada@example.com'
    const ada = site.visitor()
    await ada.send('POST', '/api/auth/register', { body: { email, password: goodPassword, locale: 'fr' } })
    const verification = tokenIn(await letter(email, '/verify-email#'))
    await ada.post('/api/auth/login', { email, password: goodPassword, verification })
    await ada.post('/api/auth/logout', {})
    await ada.signIn(email)
    const other = site.visitor()
    expect((await other.signIn(email)).status).toBe(200)
    const told = await letter(email, '/not-me#')
    expect(told.subject).toBe('Nouvelle connexion à votre compte sur Vigile')
    expect(told.text).toContain(other.address)
    expect(told.text).toContain('Firefox')
    expect(lettersTo(email).filter(({ text }) => text.includes('/not-me#'))).toHaveLength(1)
  })

  test('ACC-8 "this was not me": every session ends; the password opens nothing; a reset brings the owner back', async () => {
    const email = 'robbed@example.com'
    const owner = await member(email)
    later()
    const thief = site.visitor()
    await thief.signIn(email)
    later()
    const again = site.visitor()
    await again.signIn(email)
    const token = tokenIn(await letter(email, thief.address))
    expect((await notMe(token)).body).toEqual({ status: 'secured' })
    expect((await thief.me()).status).toBe(401)
    expect((await thief.refresh()).body.reason).toBe('reported')
    expect((await again.me()).status).toBe(401)
    expect((await owner.me()).status).toBe(401)
    expect((await thief.signIn(email)).status).toBe(401)
    const reset = tokenIn(await letter(email, '/reset-password#'))
    const password = 'calm-meadow-window-17'
    expect((await owner.post('/api/auth/password/reset', { token: reset, password })).status).toBe(200)
    // The thief's browser is a stranger again: were he to get in once more, the owner would be told.
    const before = lettersTo(email).length
    later()
    expect((await thief.signIn(email, password)).status).toBe(200)
    await expect
      .poll(() =>
        lettersTo(email)
          .slice(0, -before)
          .some(({ text }) => text.includes(part.new_device)),
      )
      .toBe(true)
  })

  test('ACC-8 no flood: who signs in again and again from new browsers fills no mailbox', async () => {
    const email = 'flooded@example.com'
    await member(email)
    for (let count = 0; count < 8; count += 1) expect((await site.visitor().signIn(email)).status).toBe(200)
    await expect.poll(() => lettersTo(email).filter(({ text }) => text.includes(part.new_device)).length).toBe(5)
    site.move(3_600_001)
    await site.visitor().signIn(email)
    await expect.poll(() => lettersTo(email).filter(({ text }) => text.includes(part.new_device)).length).toBe(6)
  })

  test('ACC-8 an owner who was away so long that every browser is forgotten is told as well', async () => {
    const email = 'away@example.com'
    await member(email)
    site.move(401 * 86_400_000)
    await site.vigile.cleanUp({ kind: 'operator', name: 'test' })
    await site.visitor().signIn(email)
    await letter(email, part.new_device)
  })

  test('ACC-8 TOK-3 reuse of a token is told of; "this was not me" then ends every session', async () => {
    const email = 'copied@example.com'
    const [owner, phone, thief] = [await member(email), site.visitor(), site.visitor()]
    await phone.signIn(email)
    thief.jar.restore(owner.jar.snapshot())
    // Two rotations by the owner: the copy is two generations old.
    for (let count = 0; count < 2; count += 1) {
      await owner.ack()
      const { fingerprint } = (await owner.refresh()).body
      site.move(61_000)
      await owner.refresh({ settled: fingerprint })
    }
    const stale = await thief.refresh()
    const ended = stale.status === 409 ? await thief.refresh({ retry: stale.body.fingerprint }) : stale
    expect(ended.body.reason).toBe('reuse')
    const token = tokenIn(await letter(email, part.reuse))
    expect((await phone.me()).status).toBe(200)
    expect((await notMe(token)).status).toBe(200)
    expect((await phone.me()).status).toBe(401)
    expect((await site.visitor().signIn(email)).status).toBe(401)
    await letter(email, '/reset-password#')
  })

  test('S-16 a factor that somebody else added: the link of its letter takes it away, and leaves one from before', async () => {
    const email = 'factors@example.com'
    const who = await member(email)
    const own = createAuthenticator(site.publicUrl)
    await addPasskey(who, own)
    site.move(8 * 86_400_000)
    const other = site.visitor()
    expect((await signInWithPasskey(other, own)).status).toBe(200)
    await addApp(other, site.now())
    expect((await notMe(tokenIn(await letter(email, 'uthenticator app')))).status).toBe(200)
    expect((await other.me()).status).toBe(401)
    const password = 'calm-meadow-window-17'
    const reset = tokenIn(await letter(email, '/reset-password#'))
    await who.post('/api/auth/password/reset', { token: reset, password })
    expect((await who.signIn(email, password)).body).toMatchObject({
      next: 'second_factor',
      factors: ['passkey', 'recovery_code'],
    })
    expect((await signInWithPasskey(site.visitor(), own)).status).toBe(200)
  })

  test('S-16 what is told in a transaction that fails is not told: no letter of an act that did not happen', async () => {
    const email = 'failing@example.com'
    const who = await member(email)
    const body = { currentPassword: 'wrong-words-here-12', newPassword: 'brand-new-harbour-7' }
    expect((await who.post('/api/auth/password/change', body)).status).toBe(401)
    const before = lettersTo(email).length
    await who.post('/api/auth/password/change', { ...body, currentPassword: goodPassword })
    await letter(email, 'signed out everywhere')
    expect(lettersTo(email)).toHaveLength(before + 1)
  })
})

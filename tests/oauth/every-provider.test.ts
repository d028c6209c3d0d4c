// Sign-up and sign-in with each kind of provider, and what none of them may do.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { walk } from '../providers/walk.ts'
import { storeKinds } from '../support/site.ts'
import type { Visitor } from '../support/visitor.ts'
import { type EveryProvider, openEveryProvider, type ProviderId, providerIds } from './every-provider.ts'
import { exchange, handleIn, landing, pathOf } from './provider-site.ts'

describe.each(storeKinds)('on %s', (kind) => {
  let site: EveryProvider
  beforeAll(async () => {
    site = await openEveryProvider(kind)
  })
  afterAll(() => site?.close())

  const start = async (visitor: Visitor, id: ProviderId) =>
    new URL((await visitor.get(`/api/auth/oauth/${id}`)).headers.get('location') ?? '')
  const toCallback = async (visitor: Visitor, id: ProviderId) => new URL(await walk((await start(visitor, id)).href))
  const comeBack = async (visitor: Visitor, callback: URL) => visitor.get(pathOf(callback.href))
  const signIn = async (id: ProviderId, visitor = site.visitor()) =>
    exchange(visitor, handleIn(await comeBack(visitor, await toCallback(visitor, id))))
  const errorAt = async (id: ProviderId, change: (callback: URL) => void = () => {}) => {
    const visitor = site.visitor()
    const callback = await toCallback(visitor, id)
    change(callback)
    const { searchParams } = landing(await comeBack(visitor, callback))
    return [searchParams.get('provider'), searchParams.get('error')]
  }

  describe.each(providerIds)('%s', (id) => {
    test('OAU-1 H-3 an email that the provider does not vouch for, or none, makes no account', async () => {
      site.setEmail(id, `${id}@example.com`, false)
      expect(await errorAt(id)).toEqual([id, 'email_unverified'])
      site.setEmail(id, null, true)
      expect(await errorAt(id)).toEqual([id, 'email_missing'])
      site.setEmail(id, `${id}@example.com`, true)
    })

    test('OAU-1 S-23 the first sign-in makes an account, the second finds it', async () => {
      const first = await signIn(id)
      expect(first.body.user).toMatchObject({
        email: `${id}@example.com`,
        emailVerified: true,
        name: `Ada of ${id}`,
      })
      const browser = site.visitor()
      expect((await signIn(id, browser)).body.user.id).toBe(first.body.user.id)
      expect((await browser.me()).body.user.id).toBe(first.body.user.id)
    })

    test('S-60 S-63 only the code grant is asked for, always with PKCE', async () => {
      const asked = (await start(site.visitor(), id)).searchParams
      expect([asked.get('response_type'), asked.get('response_mode'), asked.get('code_challenge_method')]).toEqual([
        'code',
        null,
        'S256',
      ])
      const forms = site
        .standIn(id)
        .asked('token')
        .map(({ body }) => new URLSearchParams(body))
      expect(forms.length).toBeGreaterThan(0)
      for (const form of forms) {
        expect(form.get('grant_type')).toBe('authorization_code')
        expect(form.get('code_verifier')).toMatch(/^[\w-]{43,}$/)
        expect(form.has('password')).toBe(false)
      }
    })

    test('S-60 a code of somebody else’s flow is refused in mine: it was given for another challenge', async () => {
      const theirs = (await toCallback(site.visitor(), id)).searchParams.get('code') ?? ''
      expect(await errorAt(id, (mine) => mine.searchParams.set('code', theirs))).toEqual([id, 'provider_refused'])
    })

    test('S-66 an answer that another provider signs with its name is refused', async () => {
      const mixedUp = (callback: URL) => callback.searchParams.set('iss', 'https://evil.example')
      const before = site.standIn(id).asked('token').length
      expect(await errorAt(id, mixedUp)).toEqual([id, 'provider_refused'])
      // The code was shown to nobody.
      expect(site.standIn(id).asked('token')).toHaveLength(before)
    })
  })

  test('S-23 the same subject at two providers is two people', async () => {
    const [one, other] = [await signIn('discord'), await signIn('forge')].map(({ body }) => body.user.id)
    expect(one).not.toBe(other)
  })

  test('S-66 an OpenID provider that says its name in every answer is not believed without', async () => {
    expect(await errorAt('campus', (callback) => callback.searchParams.delete('iss'))).toEqual([
      'campus',
      'provider_refused',
    ])
  })

  test('OAU-1 keys that the OpenID provider has changed between two sign-ins', async () => {
    const before = await signIn('google')
    await site.google.rotateKeys()
    expect((await signIn('google')).body.user.id).toBe(before.body.user.id)
    await site.google.rotateKeys()
    await site.google.rotateKeys()
    expect((await signIn('google')).status).toBe(200)
  })

  test('GitHub refuses with the status 200', async () => {
    site.github.next('token', {
      headers: { 'content-type': 'application/json' },
      body: { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' },
    })
    expect(await errorAt('github')).toEqual(['github', 'provider_refused'])
  })

  test.each([
    ['the ID token is of one, userinfo of another', { sub: 'root', email: 'root@example.com', email_verified: true }],
    ['userinfo says nothing of whom', { email: 'root@example.com', email_verified: true }],
    ['userinfo is no object', ['campus']],
  ])('%s: nobody is signed in', async (_, body) => {
    site.campus.next('userinfo', { status: 200, body })
    expect(await errorAt('campus')).toEqual(['campus', 'provider_refused'])
  })
})

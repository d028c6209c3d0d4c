// Attacks by what a provider, or somebody in its place, answers: mix-up, injected codes, forged ID tokens, faults.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { landing, openProviderSite, type ProviderSite, signInWith, toCallback } from '../oauth/provider-site.ts'
import { lastFailure, made, stranger } from '../oauth/refusals.ts'
import { createSigningKey, signed, signedWithText, unsigned } from '../providers/signing-key.ts'

let site: ProviderSite
beforeAll(async () => {
  site = await openProviderSite('embedded')
})
afterAll(() => site?.close())

describe('OAU-2 S-66 H-5 another provider, or somebody between, answers', () => {
  const back = async (change: (answer: URLSearchParams) => void, provider: 'discord' | 'campus' = 'discord') => {
    const visitor = site.visitor()
    const url = new URL(
      await toCallback(visitor, provider, provider === 'discord' ? stranger(site) : {}),
      site.publicUrl,
    )
    change(url.searchParams)
    const asked = { discord: site.discord, campus: site.campus }[provider]
    asked.forget()
    const before = await made(site)
    const there = landing(await visitor.get(`${url.pathname}${url.search}`))
    expect(await made(site)).toEqual(before)
    return {
      said: Object.fromEntries(there.searchParams),
      origin: there.origin,
      exchanged: asked.asked('token').length,
    }
  }
  const refused = (provider: string) => ({ error: 'provider_refused', provider, returnTo: '/' })

  test('S-66 `iss` of another provider: the code is sent to nobody', async () => {
    const { said, exchanged } = await back((answer) => answer.set('iss', site.campus.issuer))
    expect([said, exchanged]).toEqual([refused('discord'), 0])
    expect(await lastFailure(site)).toMatchObject({ provider: 'discord', reason: 'provider_refused' })
  })

  test('S-66 `iss` is missing where the provider says that it sends it', async () => {
    const { said, exchanged } = await back((answer) => answer.delete('iss'), 'campus')
    expect([said, exchanged]).toEqual([refused('campus'), 0])
  })

  test('a code of somebody else’s flow is put into one’s own: PKCE', async () => {
    const url = new URL(await toCallback(site.visitor(), 'discord', stranger(site)), site.publicUrl)
    const theirs = url.searchParams.get('code') ?? ''
    const { said, exchanged } = await back((answer) => answer.set('code', theirs))
    expect([said, exchanged]).toEqual([refused('discord'), 1])
  })

  test('a code that is none, or is missing', async () => {
    for (const code of ['', 'x'.repeat(4000)])
      expect((await back((answer) => answer.set('code', code))).said).toEqual(refused('discord'))
    expect((await back((answer) => answer.delete('code'))).said).toEqual(refused('discord'))
  })

  test('tokens in the address are not looked at', async () => {
    const { said, exchanged } = await back((answer) => {
      answer.set('id_token', 'x.y.z')
      answer.set('access_token', 'x')
    }, 'campus')
    expect([said, exchanged]).toEqual([refused('campus'), 0])
  })

  test('whatever the provider writes as an error, the front end hears one of ours', async () => {
    const told = async (error: string) =>
      (await back((answer) => [answer.delete('code'), answer.set('error', error)])).said.error
    expect(await told('access_denied')).toBe('cancelled')
    expect(await told('temporarily_unavailable')).toBe('provider_unavailable')
    expect(await told('<script>alert(1)</script>')).toBe('provider_refused')
    expect(JSON.stringify(site.log)).not.toContain('<script>')
  })
})

describe('OAU-2 ID tokens that somebody made up', () => {
  const now = () => Math.floor(Date.now() / 1000)
  const forged = async (forge: NonNullable<ProviderSite['campus']['forge']>) => {
    const visitor = site.visitor()
    site.campus.forge = forge
    try {
      const before = await made(site)
      const there = landing(await visitor.get(await toCallback(visitor, 'campus')))
      expect(await made(site)).toEqual(before)
      return Object.fromEntries(there.searchParams)
    } finally {
      site.campus.forge = null
    }
  }
  const refused = { error: 'provider_refused', provider: 'campus', returnTo: '/' }

  test('the nonce of another flow, or none', async () => {
    expect(await forged((_, claims, key) => signed({ ...claims, nonce: 'A'.repeat(43) }, key))).toEqual(refused)
    expect(await forged((_, { nonce: __, ...claims }, key) => signed(claims, key))).toEqual(refused)
  })

  test('for another client, of another provider, expired', async () => {
    for (const change of [
      { aud: 'another' },
      { iss: 'https://evil.example' },
      { exp: now() - 120 },
      { sub: undefined },
    ])
      expect(await forged((_, claims, key) => signed({ ...claims, ...change }, key))).toEqual(refused)
  })

  test('signed by nobody, by another key, or with the public key as a secret', async () => {
    const another = await createSigningKey()
    expect(await forged((_, claims) => unsigned(claims))).toEqual(refused)
    expect(await forged((_, claims, key) => signed(claims, { ...another, kid: key.kid }))).toEqual(refused)
    expect(await forged((_, claims, key) => signedWithText(claims, JSON.stringify(key.jwk)))).toEqual(refused)
    expect((await signInWith(site.visitor(), 'campus')).status).toBe(200)
  })

  test('a provider that has changed its keys is believed with the new ones at once', async () => {
    expect((await signInWith(site.visitor(), 'campus')).status).toBe(200)
    await site.campus.rotateKeys()
    expect((await signInWith(site.visitor(), 'campus')).status).toBe(200)
  })
})

describe('RES-1 a code is exchanged once, whatever comes of it', () => {
  test.each([[503], ['cut'], ['broken'], ['huge'], [{ status: 429, headers: { 'retry-after': '0' } }]] as const)(
    'the provider answers %j',
    async (fault) => {
      const visitor = site.visitor()
      const path = await toCallback(visitor, 'discord', stranger(site))
      site.discord.forget()
      site.discord.next('token', fault)
      const there = landing(await visitor.get(path))
      expect(there.searchParams.get('error')).toMatch(/^provider_(unavailable|refused)$/)
      if (fault === 503) expect(there.searchParams.get('error')).toBe('provider_unavailable')
      expect(site.discord.asked('token')).toHaveLength(1)
      site.discord.mend()
      // The flow is over: to come back with the same address sends nothing.
      expect((await visitor.get(path)).status).toBe(410)
      expect(site.discord.asked('token')).toHaveLength(1)
    },
  )
})

// A link of another site to the beginning of a sign-in: a provider that knows the browser asks nothing, and the session would be another
// account's without a click.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dump } from '../http/dump.ts'
import { storeKinds } from '../support/site.ts'
import { openProviderSite, type ProviderSite } from './provider-site.ts'

const start = '/api/auth/oauth/discord?returnTo=%2Forders%3Fa%3D1%26b%3D2'
const sister = 'https://app.example.com'
const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
const elsewhere = { ...navigation, 'sec-fetch-site': 'cross-site', referer: 'https://evil.example/' }

describe.each(storeKinds)('attack: login by a link of another site, on %s', (kind) => {
  let site: ProviderSite
  beforeAll(async () => {
    site = await openProviderSite(kind, {
      publicUrl: 'https://shop.example.com',
      allowedOrigins: [sister],
      signInPath: '/log-in',
    })
  })
  afterAll(() => site?.close())

  test('CSRF-2 OAU-2 nothing begins and nothing changes: a page asks', async () => {
    const visitor = site.visitor()
    await visitor.signUp('ada.home@example.com')
    for (const headers of [
      elsewhere,
      { ...elsewhere, 'sec-fetch-dest': 'iframe' },
      { ...navigation, 'sec-fetch-site': 'same-site', referer: 'https://blog.example.com/' },
    ]) {
      const asked = site.discord.asked().length
      const reply = await visitor.get(start, { headers })
      expect([reply.status, reply.headers.get('location'), reply.setCookies]).toEqual([200, null, []])
      expect((await dump(site)).oauth_states ?? []).toEqual([])
      expect(site.discord.asked()).toHaveLength(asked)
    }
    expect((await visitor.me()).body.user.email).toBe('ada.home@example.com')
  })

  test('OAU-2 from a page of ours, by hand, from a listed origin or an old browser it begins as ever', async () => {
    for (const headers of [
      { ...navigation, 'sec-fetch-site': 'same-origin' },
      { ...navigation, 'sec-fetch-site': 'none' },
      { ...navigation, 'sec-fetch-site': 'same-site', referer: `${sister}/` },
      navigation,
    ]) {
      const reply = await site.visitor().get(start, { headers })
      expect([reply.status, reply.headers.get('location')]).toEqual([303, expect.stringContaining(site.discord.url)])
    }
  })

  test.each([
    ['en', 'Go on with Discord?', 'No, change nothing'],
    ['fr', 'Continuer avec Discord\u00a0?', 'Non, ne rien changer'],
  ])('S-50 S-51 I18N-1 the page (%s): the same link, no script, in no frame', async (language, title, stay) => {
    const reply = await site.visitor().get(start, { headers: { ...elsewhere, 'accept-language': language } })
    const nonce = /<style nonce="([\w-]{22})">/.exec(reply.text)?.[1]
    expect(reply.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
    expect([reply.headers.get('content-type'), reply.headers.get('content-language')]).toEqual([
      'text/html; charset=utf-8',
      language,
    ])
    expect(reply.headers.get('cache-control')).toBe('no-store')
    expect(reply.text).toContain(`<html lang="${language}">`)
    expect(reply.text).toContain(`<h1>${title}</h1>`)
    expect(reply.text).toContain(stay)
    const links = [...reply.text.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)
    expect(links).toEqual([start, '/log-in'])
    expect(reply.text).not.toContain('<script')
  })

  test('S-55 no markup by way of the query; a bad place is refused as ever', async () => {
    const visitor = site.visitor()
    const odd = await visitor.get('/api/auth/oauth/discord?returnTo=/%22%3E%3Cimg%20src=x%3E', { headers: elsewhere })
    expect(odd.text).not.toContain('<img')
    expect([...odd.text.matchAll(/href="/g)]).toHaveLength(2)
    expect((await visitor.get('/api/auth/oauth/discord?returnTo=//evil.example', { headers: elsewhere })).status).toBe(
      400,
    )
    expect((await visitor.get('/api/auth/oauth/nobody', { headers: elsewhere })).status).toBe(404)
  })

  test('CSRF-2 no page of ours leads on to it: the bounce page and the place after a sign-in are pages', async () => {
    const visitor = site.visitor()
    for (const inner of [start, '/x/../api/%61uth/oauth/discord']) {
      const to = encodeURIComponent(inner)
      expect((await visitor.get(`/api/auth/continue?returnTo=${to}`, { headers: elsewhere })).status).toBe(400)
      expect((await visitor.get(`/api/auth/oauth/campus?returnTo=${to}`)).status).toBe(400)
    }
  })
})

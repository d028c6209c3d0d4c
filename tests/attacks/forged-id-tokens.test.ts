// ID tokens that somebody made up, or that were made for somebody else: whoever can put one into the token endpoint's answer is
// signed in as nobody (OpenID Connect Core 3.1.3.7; S-66, S-72 to S-75).
import { createPublicKey, sign } from 'node:crypto'
import { google } from '@vigile/engine'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dump } from '../http/dump.ts'
import { exchange, handleIn, landing, pathOf } from '../oauth/provider-site.ts'
import { type OidcStandIn, startOidc } from '../providers/oidc.ts'
import { createSigningKey, type SigningKey, signed, signedWithText, unsigned } from '../providers/signing-key.ts'
import { walk } from '../providers/walk.ts'
import { openSite, type Site } from '../support/site.ts'

type Claims = Readonly<Record<string, unknown>>

let provider: OidcStandIn
let site: Site
let attackersKey: SigningKey
beforeAll(async () => {
  provider = await startOidc({ redirectUris: ['http://localhost:3000/api/auth/oauth/google/callback'] })
  const { id: clientId, secret: clientSecret } = provider.client
  site = await openSite('embedded', { providers: [google({ clientId, clientSecret, issuer: provider.issuer })] })
  attackersKey = await createSigningKey()
})
afterAll(async () => {
  await site?.close()
  await provider?.close()
})

const signIn = async (forge: OidcStandIn['forge']) => {
  provider.forge = forge
  const visitor = site.visitor()
  const { headers } = await visitor.get('/api/auth/oauth/google')
  const back = await visitor.get(pathOf(await walk(headers.get('location') ?? '')))
  return { visitor, back }
}
const seconds = () => Math.floor(Date.now() / 1000)
const publicPem = ({ privateKey }: SigningKey) =>
  createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
/** Signed with the attacker's key, which the header itself brings along. */
const withOwnKey = (claims: Claims, header: Claims) => {
  const parts = [{ alg: 'RS256', ...header }, claims]
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${input}.${sign('RSA-SHA256', Buffer.from(input), attackersKey.privateKey).toString('base64url')}`
}

const forgeries: readonly (readonly [string, NonNullable<OidcStandIn['forge']>])[] = [
  ['S-72 signed by nobody', (_, claims) => unsigned(claims)],
  ['S-72 with the public key for a shared secret', (_, claims, key) => signedWithText(claims, publicPem(key))],
  ['signed with the client’s secret', (_, claims) => signedWithText(claims, provider.client.secret)],
  ['with its signature cut off', (token) => token.replace(/\.[^.]*$/, '.')],
  [
    'with one claim changed',
    (token, claims, key) =>
      `${token.split('.')[0]}.${signed({ ...claims, sub: 'root' }, key).split('.')[1]}.${token.split('.')[2]}`,
  ],
  ['of another key with the same name', (_, claims, { kid }) => signed(claims, { ...attackersKey, kid })],
  ['of a key that the provider never had', (_, claims) => signed(claims, attackersKey)],
  [
    'S-73 that brings its key along',
    (_, claims) => withOwnKey(claims, { jwk: createPublicKey(attackersKey.privateKey).export({ format: 'jwk' }) }),
  ],
  [
    'S-73 that says where its key is',
    (_, claims, { kid }) => withOwnKey(claims, { kid, jku: 'http://127.0.0.1:1/jwks' }),
  ],
  ['S-74 of another issuer', (_, claims, key) => signed({ ...claims, iss: 'https://accounts.google.com' }, key)],
  ['S-74 for another application', (_, claims, key) => signed({ ...claims, aud: 'another' }, key)],
  [
    'S-74 for two applications, given to the other',
    (_, claims, key) => signed({ ...claims, aud: [provider.client.id, 'another'], azp: 'another' }, key),
  ],
  ['S-74 that has expired', (_, claims, key) => signed({ ...claims, exp: seconds() - 600, iat: seconds() - 900 }, key)],
  ['without an end', (_, { exp: __, ...claims }, key) => signed(claims, key)],
  ['of another flow', (_, claims, key) => signed({ ...claims, nonce: 'x'.repeat(43) }, key)],
  ['without a nonce', (_, { nonce: __, ...claims }, key) => signed(claims, key)],
  ['of nobody', (_, { sub: __, ...claims }, key) => signed(claims, key)],
  ['that is none', () => 'not.a.token'],
]

test.each(forgeries)('S-66 S-75 an ID token %s signs nobody in', async (_, forge) => {
  const { visitor, back } = await signIn(forge)
  expect(landing(back).searchParams.get('error')).toBe('provider_refused')
  expect((await visitor.me()).status).toBe(401)
  const { users, identities, oauth_handles } = await dump(site)
  expect([users, identities, oauth_handles]).toEqual([[], [], []])
})

test('the right one does, signed anew or as it came', async () => {
  for (const forge of [(_: string, claims: Claims, key: SigningKey) => signed(claims, key), null]) {
    const { visitor, back } = await signIn(forge)
    expect((await exchange(visitor, handleIn(back))).body.user).toMatchObject({ email: 'emmy@example.com' })
  }
})

test('S-75 an ID token opens nothing here', async () => {
  let idToken = ''
  await signIn((token) => {
    idToken = token
    return token
  })
  provider.forge = null
  const { status } = await site.visitor().get('/api/auth/me', { headers: { authorization: `Bearer ${idToken}` } })
  expect(status).toBe(401)
})

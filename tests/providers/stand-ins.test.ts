// The stand-ins themselves: what tests of sign-in lean on.
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { startDiscord, tooMany } from './discord.ts'
import { startGitHub } from './github.ts'
import { startOidc } from './oidc.ts'
import { claimsOf, createSigningKey, signed, signedWithText, unsigned } from './signing-key.ts'
import type { StandIn } from './stand-in.ts'
import { walk } from './walk.ts'

const redirectUri = 'http://127.0.0.1:9/callback'
const discord = await startDiscord({ redirectUris: [redirectUri] })
const github = await startGitHub({ redirectUris: [redirectUri] })
const oidc = await startOidc({ redirectUris: [redirectUri] })
afterAll(() => Promise.all([discord, github, oidc].map((one) => one.close())))

const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')
const authorizationUrl = (endpoint: string, clientId: string, scope: string, change: Record<string, string> = {}) =>
  `${endpoint}?${new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    state: 'the-state',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...change,
  })}`
const post = async (url: string, form: Record<string, string>) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams(form),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}
const get = async (url: string, token = '') => {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, headers: response.headers, body: await response.json() }
}
const codeFrom = async (url: string, account?: string) =>
  new URL(await walk(url, account === undefined ? {} : { account })).searchParams.get('code') ?? ''

describe('Discord', () => {
  const authorize = `${discord.url}/oauth2/authorize`
  const asked = (scope = 'identify email guilds') => authorizationUrl(authorize, discord.client.id, scope)
  const identified = { client_id: discord.client.id, client_secret: discord.client.secret }
  const exchange = (code: string, change: Record<string, string> = {}) =>
    post(`${discord.url}/api/oauth2/token`, {
      ...identified,
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...change,
    })

  test('a code is exchanged once, by its client, for its address and with its verifier', async () => {
    const code = await codeFrom(asked())
    expect(await exchange(code, { client_secret: 'wrong' })).toEqual({ status: 401, body: { error: 'invalid_client' } })
    const { status, body } = await exchange(code)
    expect([status, body.token_type, body.scope]).toEqual([200, 'Bearer', 'identify email guilds'])
    expect((await exchange(code)).body).toMatchObject({ error: 'invalid_grant' })
    for (const change of [{ code_verifier: 'x'.repeat(43) }, { redirect_uri: `${redirectUri}/` }])
      expect(await exchange(await codeFrom(asked()), change)).toMatchObject({ status: 400 })
  })

  test('S-60 nobody is asked without PKCE, nor sent to an address that is not registered', async () => {
    for (const change of [
      { code_challenge_method: 'plain' },
      { redirect_uri: `${redirectUri}?a` },
      { response_type: 'token' },
    ])
      await expect(walk(authorizationUrl(authorize, discord.client.id, 'identify', change))).rejects.toThrow('400')
  })

  test('who cancels is sent back with the reason', async () => {
    const back = new URL(await walk(asked(), { decision: 'cancel' }))
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'the-state',
      iss: discord.url,
    })
  })

  test('the API answers what the scopes allow, and refresh tokens are used once', async () => {
    const { body } = await exchange(await codeFrom(asked('identify')))
    const user = await get(`${discord.url}/api/v10/users/@me`, body.access_token)
    expect(user.body).toMatchObject({ id: '80351110224678912', username: 'ada' })
    expect(user.body).not.toHaveProperty('email')
    expect((await get(`${discord.url}/api/v10/users/@me/guilds`, body.access_token)).status).toBe(401)
    const refresh = () =>
      post(`${discord.url}/api/oauth2/token`, {
        ...identified,
        grant_type: 'refresh_token',
        refresh_token: body.refresh_token ?? '',
      })
    expect((await refresh()).status).toBe(200)
    expect(await refresh()).toEqual({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('faults come in order, and end', async () => {
    const { body } = await exchange(await codeFrom(asked()))
    const guilds = () => get(`${discord.url}/api/v10/users/@me/guilds`, body.access_token)
    discord.next('guilds', tooMany(64.57, 'global'), 'broken', 'cut', { after: Promise.resolve() })
    const limited = await guilds()
    expect([limited.status, limited.headers.get('retry-after'), limited.headers.get('x-ratelimit-global')]).toEqual([
      429,
      '65',
      'true',
    ])
    expect(limited.body).toEqual({ message: 'You are being rate limited.', retry_after: 64.57, global: true })
    await expect(guilds()).rejects.toThrow('JSON')
    await expect(guilds()).rejects.toThrow('terminated')
    expect((await guilds()).body).toHaveLength(2)
    discord.always('*', 503)
    expect((await fetch(`${discord.url}/api/v10/users/@me`)).status).toBe(503)
    discord.mend()
    expect((await guilds()).status).toBe(200)
  })
})

describe('GitHub', () => {
  const asked = () => authorizationUrl(`${github.url}/login/oauth/authorize`, github.client.id, 'read:user user:email')
  const exchange = (code: string, change: Record<string, string> = {}) =>
    post(`${github.url}/login/oauth/access_token`, {
      client_id: github.client.id,
      client_secret: github.client.secret,
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...change,
    })

  test('a refusal of the token endpoint has the status 200', async () => {
    expect(await exchange('made-up')).toMatchObject({ status: 200, body: { error: 'bad_verification_code' } })
    expect(await exchange(await codeFrom(asked()), { client_secret: 'wrong' })).toMatchObject({
      status: 200,
      body: { error: 'incorrect_client_credentials' },
    })
  })

  test('email addresses are read apart, and a grant is deleted with all its tokens', async () => {
    const { access_token: token } = (await exchange(await codeFrom(asked()))).body
    expect((await get(`${github.api}/user`, token)).body).toMatchObject({ id: 583_231, login: 'grace', email: null })
    expect((await get(`${github.api}/user/emails`, token)).body).toHaveLength(2)
    const { id, secret } = github.client
    const deleted = await fetch(`${github.api}/applications/${id}/grant`, {
      method: 'DELETE',
      headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
      body: JSON.stringify({ access_token: token }),
    })
    expect(deleted.status).toBe(204)
    expect((await get(`${github.api}/user`, token)).status).toBe(401)
  })
})

describe('OpenID', () => {
  const asked = () =>
    authorizationUrl(`${oidc.url}/auth`, oidc.client.id, 'openid email profile', { nonce: 'the-nonce' })
  const exchange = async (callback: string) =>
    post(`${oidc.url}/token`, {
      client_id: oidc.client.id,
      client_secret: oidc.client.secret,
      grant_type: 'authorization_code',
      code: new URL(callback).searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: verifier,
    })

  test('the pages lead back with code and iss, the ID token has the claims, and keys are replaced', async () => {
    const callback = await walk(asked(), { account: 'emmy' })
    expect(new URL(callback).searchParams.get('iss')).toBe(oidc.issuer)
    const { body } = await exchange(callback)
    expect(claimsOf(body.id_token ?? '')).toMatchObject({ sub: 'emmy', email_verified: true, nonce: 'the-nonce' })
    expect(body).toHaveProperty('refresh_token')
    const kids = async () => (await get(`${oidc.url}/jwks`)).body.keys.map(({ kid }: { kid: string }) => kid)
    const before = await kids()
    await oidc.rotateKeys()
    expect(await kids()).not.toEqual(before)
    oidc.forge = (_, claims) => unsigned({ ...claims, sub: 'root' })
    expect(claimsOf((await exchange(await walk(asked()))).body.id_token ?? '')).toMatchObject({ sub: 'root' })
    oidc.forge = null
    expect(new URL(await walk(asked(), { decision: 'cancel' })).searchParams.get('error')).toBe('access_denied')
  })
})

test('ID tokens can be made: right ones, and those of a forger', async () => {
  const key = await createSigningKey()
  const [input, signature = ''] = signed({ sub: 'emmy' }, key).split(/\.(?=[^.]*$)/)
  const publicKey = createPublicKey(key.privateKey)
  expect(verify('RSA-SHA256', Buffer.from(input ?? ''), publicKey, Buffer.from(signature, 'base64url'))).toBe(true)
  expect(unsigned({ sub: 'emmy' })).toMatch(/^[\w-]+\.[\w-]+\.$/)
  expect(claimsOf(signedWithText({ sub: 'emmy' }, 'a public key'))).toEqual({ sub: 'emmy' })
})

test('every request is recorded, bodies included', () => {
  const endpoints = ({ asked }: StandIn) => [...new Set(asked().map(({ endpoint }) => endpoint))].toSorted()
  expect(endpoints(discord)).toEqual(['authorize', 'guilds', 'token', 'user'])
  expect(endpoints(github)).toEqual(['authorize', 'emails', 'grant', 'token', 'user'])
  expect(endpoints(oidc)).toEqual(['authorize', 'interaction', 'jwks', 'token'])
  for (const { asked } of [discord, github, oidc])
    expect(asked('token').some(({ body }) => body.includes('code_verifier='))).toBe(true)
  discord.forget()
  expect(discord.asked()).toEqual([])
})

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ProviderCallError } from '../provider-calls/provider-fetch.ts'
import {
  type ScriptedProvider,
  saying,
  startScriptedProvider,
  testClient,
} from '../provider-calls/scripted-provider.suite.ts'
import { createFindServer } from './authorization-server.ts'
import { oauth2 } from './oauth2.ts'
import { createRefreshTokens } from './refresh-tokens.ts'

let server: ScriptedProvider
let before = 0
beforeAll(async () => {
  server = await startScriptedProvider()
})
afterAll(() => server?.stop())
beforeEach(() => {
  before = server.requests.length
})
const asked = () => server.requests.slice(before)

const forge = () =>
  oauth2({
    id: 'forge',
    name: 'Forge',
    clientId: 'client',
    clientSecret: 'client-secret',
    authorizationEndpoint: `${server.url}/authorize`,
    tokenEndpoint: `${server.url}/token`,
    tokenAuth: 'basic',
    scopes: [],
    profile: { url: `${server.url}/user`, of: () => ({ subject: '1', email: null, emailVerified: false }) },
  })

const refresher = () => {
  const { client, now, logged } = testClient()
  const clock = { now }
  const log = {
    debug: () => {},
    info: () => {},
    error: () => {},
    warn: (fields: object) => void (logged as object[]).push(fields),
  }
  const refresh = createRefreshTokens(
    { clientOf: () => client, findServer: createFindServer({ clock }), clock, log, alarm: log.warn },
    forge(),
  )
  return { refresh: () => refresh('refresh-1', () => 10_000), now, logged }
}

describe('what the provider answers', () => {
  test('OAU-7 new tokens, with the refresh token that it now wants', async () => {
    let body = ''
    server.say((request, response) => {
      request.on('data', (chunk) => {
        body += chunk
      })
      const tokens = { token_type: 'Bearer', access_token: 'access-2', refresh_token: 'refresh-2', expires_in: 3_600 }
      request.on('end', () => saying(200, tokens)(request, response))
    })
    const { refresh, now } = refresher()
    expect(await refresh()).toEqual({
      accessToken: 'access-2',
      refreshToken: 'refresh-2',
      expiresAt: now() + 3_600_000,
      scope: null,
    })
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-1',
    })
    expect(asked()).toMatchObject([
      { method: 'POST', url: '/token', headers: { authorization: expect.stringMatching(/^Basic /) } },
    ])
  })

  test.each([
    [400, { error: 'invalid_grant', error_description: 'revoked' }],
    [401, { error: 'invalid_grant' }],
    // As GitHub says it.
    [200, { error: 'bad_refresh_token', error_description: 'The refresh token is incorrect or expired.' }],
  ])('OAU-7 %i %j: the refresh token is over', async (status, body) => {
    server.say(saying(status, body))
    expect(await refresher().refresh()).toBeNull()
  })

  test.each([
    [401, { error: 'invalid_client' }, 'provider_refused'],
    [400, { error: 'invalid_request' }, 'provider_refused'],
    [400, 'nonsense', 'provider_refused'],
    [200, { error: 'incorrect_client_credentials' }, 'provider_refused'],
    [200, { access_token: 7 }, 'provider_refused'],
    [200, { access_token: 'x'.repeat(9_000), token_type: 'bearer' }, 'provider_refused'],
    [503, {}, 'provider_unavailable'],
    [429, {}, 'provider_unavailable'],
  ] as const)('OAU-7 RES-1 %i %j: not the end of it, and sent once', async (status, body, code) => {
    server.say(saying(status, body))
    const { refresh, logged } = refresher()
    const error = await refresh().then(
      () => expect.unreachable(),
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(ProviderCallError)
    expect(error).toMatchObject({ code })
    expect(asked()).toHaveLength(1)
    expect(JSON.stringify(logged)).not.toMatch(/refresh-1|client-secret|x{100}/)
  })
})

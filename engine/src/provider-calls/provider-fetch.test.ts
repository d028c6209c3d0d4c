import { afterAll, beforeAll, expect, test } from 'vitest'
import { ProviderCallError, providerFetch, readJsonWith } from './provider-fetch.ts'
import { type ScriptedProvider, saying, startScriptedProvider, testClient } from './scripted-provider.suite.ts'

let provider: ScriptedProvider
beforeAll(async () => {
  provider = await startScriptedProvider()
})
afterAll(() => provider?.stop())

const failure = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable(),
    (error: unknown) => {
      expect(error).toBeInstanceOf(ProviderCallError)
      return error as ProviderCallError
    },
  )

test('RES-1 others’ code sends its form, and has the answer', async () => {
  let body = ''
  provider.say((request, response) => {
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => saying(400, { error: 'invalid_grant' })(request, response))
  })
  const ask = providerFetch(testClient().client, { repeatable: false })
  const response = await ask(`${provider.url}/token`, {
    method: 'POST',
    headers: new Headers({ accept: 'application/json', 'user-agent': 'oauth4webapi' }),
    body: new URLSearchParams({ grant_type: 'authorization_code', code: 'a b' }),
  })
  expect(response.status).toBe(400)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.json()).toEqual({ error: 'invalid_grant' })
  expect(body).toBe('grant_type=authorization_code&code=a+b')
  expect(provider.requests.at(-1)).toMatchObject({
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8', 'user-agent': 'oauth4webapi' },
  })
})

test('RES-1 an answer without a body, as a revocation gives', async () => {
  provider.say((_, response) => response.writeHead(204).end())
  const ask = providerFetch(testClient().client, { repeatable: true })
  expect((await ask(`${provider.url}/revoke`, { method: 'POST' })).status).toBe(204)
  const request = new Request(`${provider.url}/grant`, { method: 'DELETE', body: '{"access_token":"t"}' })
  expect((await ask(request)).status).toBe(204)
  expect(provider.requests.at(-1)).toMatchObject({ method: 'DELETE', headers: { 'content-length': '20' } })
})

test('RES-1 where there is no answer, it is said why, and when to come back', async () => {
  provider.say(saying(429, {}, { 'retry-after': '60' }))
  const ask = providerFetch(testClient().client, { repeatable: true })
  const error = await failure(ask(`${provider.url}/token`))
  expect(error).toMatchObject({ code: 'provider_unavailable', retryAfterSeconds: 60, status: null })
})

test('RES-1 JSON is read with the person’s token', async () => {
  provider.say(saying(200, [{ id: '1', name: 'Ada’s guild' }]))
  const read = readJsonWith(testClient().client, 'the-token')
  expect(await read(`${provider.url}/users/@me/guilds`)).toEqual([{ id: '1', name: 'Ada’s guild' }])
  expect(provider.requests.at(-1)?.headers).toMatchObject({ authorization: 'Bearer the-token', 'user-agent': 'Vigile' })
})

test.each<[string, number, string]>([
  ['broken JSON', 200, '{"id": "8035'],
  ['a page of some proxy', 200, '<html>'],
  ['nothing', 200, ''],
  ['a refusal', 401, '{"message": "401: Unauthorized"}'],
  ['a redirect', 302, '{}'],
])('RES-1 %s is refused, and says nothing of what was read', async (_, status, body) => {
  provider.say(saying(status, body))
  const error = await failure(readJsonWith(testClient().client, 'the-token')(`${provider.url}/users/@me`))
  expect(error).toMatchObject({ code: 'provider_refused', status })
  expect(error.message).toBe(`provider_refused: status ${status}`)
})

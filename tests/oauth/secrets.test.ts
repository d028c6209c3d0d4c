// A whole sign-in with a provider, and what is kept of it: nothing that opens anything (OAU-3, OAU-7, AUD-2, S-90).
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { dump } from '../http/dump.ts'
import { type StoreKind, storeKinds } from '../support/site.ts'
import {
  exchange,
  handleIn,
  openProviderSite,
  type ProviderId,
  type ProviderSite,
  toCallback,
} from './provider-site.ts'

let site: ProviderSite
afterEach(() => site?.close())

const whole = { depth: 12, maxArrayLength: null, maxStringLength: null, showHidden: true }

/** All that could be used by whoever finds it, of a sign-in that ends well and of one that stops half-way. */
const signInTwice = async (provider: ProviderId): Promise<Record<string, string>> => {
  const visitor = site.visitor()
  const server = provider === 'discord' ? site.discord : site.campus
  const secrets: Record<string, string> = { 'client secret': server.client.secret }
  let count = 0
  const keep = (tokens: Readonly<Record<string, string>>) => {
    count += 1
    for (const [name, token] of Object.entries(tokens)) secrets[`${name} ${count}`] = token
    return tokens
  }
  const { tokens } = site.discord
  const { issue } = tokens
  tokens.issue = (issued) => keep(issue(issued)) as ReturnType<typeof issue>
  site.campus.forge = (idToken) => keep({ idToken }).idToken ?? ''
  for (const round of ['first', 'second']) {
    server.forget()
    const path = await toCallback(visitor, provider)
    const query = new URL(path, site.publicUrl).searchParams
    const cookies = () => visitor.jar.all().filter(({ name }) => /_(oauth|exchange)_/.test(name))
    const before = cookies()
    const handle = handleIn(await visitor.get(path))
    const sent = new URLSearchParams(server.asked('token')[0]?.body)
    Object.assign(secrets, {
      [`${round} state`]: query.get('state'),
      [`${round} code`]: query.get('code'),
      [`${round} verifier`]: sent.get('code_verifier'),
      [`${round} handle`]: handle,
    })
    for (const [index, { value }] of [...before, ...cookies()].entries()) secrets[`${round} cookie ${index}`] = value
    if (round === 'first') expect((await exchange(visitor, handle)).status).toBe(200)
  }
  return secrets
}

const found = (text: string, secrets: Readonly<Record<string, string>>) =>
  Object.entries(secrets)
    .filter(([, secret]) =>
      [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64url'),
        Buffer.from(secret).toString('hex'),
      ].some((form) => text.includes(form)),
    )
    .map(([name]) => name)

describe.each(storeKinds)('on %s', (kind: StoreKind) => {
  test.each(['discord', 'campus'] as const)(
    'OAU-3 OAU-7 S-90 neither database nor log has a token, verifier, state, code, cookie or handle: %s',
    async (provider) => {
      site = await openProviderSite(kind)
      const secrets = await signInTwice(provider)
      expect(Object.values(secrets).every((secret) => secret.length >= 8)).toBe(true)
      const tokens = provider === 'discord' ? ['accessToken 1', 'refreshToken 1', 'accessToken 2'] : ['idToken 1']
      expect(Object.keys(secrets)).toEqual(expect.arrayContaining([...tokens, 'first handle', 'second verifier']))

      const rows = await dump(site)
      expect(rows.oauth_states).toHaveLength(2)
      expect(rows.oauth_handles?.map(({ sealed }) => sealed === null).toSorted()).toEqual([false, true])
      expect(rows.identities).toHaveLength(1)
      expect(found(inspect(rows, whole), secrets)).toEqual([])
      expect(found(inspect(site.log, whole), secrets)).toEqual([])
      if (kind === 'embedded') {
        const folder = dirname(site.database.slice(5))
        for (const name of await readdir(folder))
          expect([name, found((await readFile(join(folder, name))).toString('latin1'), secrets)]).toEqual([name, []])
      }
    },
  )
})

test('S-90 the provider does not learn where somebody was going, nor the handle', async () => {
  site = await openProviderSite('embedded')
  const visitor = site.visitor()
  const handle = handleIn(
    await visitor.get(await toCallback(visitor, 'discord', { query: '?returnTo=/private-place' })),
  )
  await exchange(visitor, handle)
  const asked = JSON.stringify(site.discord.asked().map(({ url, headers, body }) => [url, headers, body]))
  expect(asked).toContain('code_challenge')
  expect(asked).not.toContain('private-place')
  expect(asked).not.toContain(handle)
})

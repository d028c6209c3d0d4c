import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ConfigurationFault } from '../configuration-error.ts'
import { collectFaults } from '../messages/fault.ts'
import { discord } from '../oauth/discord.ts'
import { github } from '../oauth/github.ts'
import { google } from '../oauth/google.ts'
import { oauth2 } from '../oauth/oauth2.ts'
import { oidc } from '../oauth/oidc.ts'
import type { Provider } from '../oauth/provider.ts'
import { providersOf } from './providers.ts'

const credentials = { clientId: 'the-id', clientSecret: 'the-secret' }
const forge = (change: object = {}) =>
  oauth2({
    id: 'forge',
    name: 'Forge',
    ...credentials,
    authorizationEndpoint: 'https://forge.example.com/authorize',
    tokenEndpoint: 'https://forge.example.com/token',
    scopes: ['read'],
    profile: { url: 'https://forge.example.com/user', of: () => ({}) },
    ...change,
  })

const faultsOf = (...providers: unknown[]): readonly ConfigurationFault[] => {
  const faults = collectFaults()
  providersOf(providers as Provider[], faults)
  return faults.list
}
const named = (...providers: unknown[]) => faultsOf(...providers).map(({ setting }) => setting)

afterEach(() => vi.unstubAllEnvs())

describe('OPS-1 each fault of a provider is named', () => {
  test('every kind passes as it should be, and none at all', () => {
    const issuer = 'https://id.example.com'
    expect(
      faultsOf(
        discord(credentials),
        google(credentials),
        github(credentials),
        oidc({ ...credentials, issuer }),
        forge(),
      ),
    ).toEqual([])
    expect(faultsOf()).toEqual([])
  })

  test('what is missing is named by its variable, all at once', () => {
    expect(named(discord(), github({ clientId: 'x' }), oidc(), forge({ clientSecret: '' }))).toEqual([
      'DISCORD_CLIENT_ID',
      'DISCORD_CLIENT_SECRET',
      'GITHUB_CLIENT_SECRET',
      'OIDC_CLIENT_ID',
      'OIDC_CLIENT_SECRET',
      'OIDC_ISSUER',
      'FORGE_CLIENT_SECRET',
    ])
  })

  test('ids and secrets come from the environment where they are not given', () => {
    vi.stubEnv('DISCORD_CLIENT_ID', 'from-there')
    vi.stubEnv('DISCORD_CLIENT_SECRET', 'a-secret')
    expect(faultsOf(discord())).toEqual([])
    expect(discord()).toMatchObject({ clientId: 'from-there', clientSecret: 'a-secret' })
    expect(discord(credentials)).toMatchObject(credentials)
  })

  test.each([
    ['an id with a slash', forge({ id: 'a/b' }), 'providers[0].id'],
    ['an id of nothing', forge({ id: '' }), 'providers[0].id'],
    ['an id in capitals', forge({ id: 'Forge' }), 'providers[0].id'],
    ['a name of two lines', forge({ name: 'For\nge' }), 'providers.forge.name'],
    ['a secret with a line end', discord({ ...credentials, clientSecret: 'x\n' }), 'DISCORD_CLIENT_SECRET'],
    ['a secret with a space at its end', discord({ ...credentials, clientSecret: 'x ' }), 'DISCORD_CLIENT_SECRET'],
    ['scopes in one text', forge({ scopes: 'read write' }), 'providers.forge.scopes'],
    ['a scope with a space', forge({ scopes: ['read write'] }), 'providers.forge.scopes'],
    ['a word', 'discord', 'providers[0]'],
    ['the function itself', discord, 'providers[0]'],
    ['settings without a maker', { id: 'discord', ...credentials }, 'providers[0]'],
  ])('%s', (_, provider, setting) => {
    expect(named(provider)).toEqual([setting])
  })

  test('attack: S-65 an address on this machine, of a provider that is not', () => {
    expect(named(forge({ tokenEndpoint: 'http://127.0.0.1:9/token' }))).toEqual(['providers.forge.tokenEndpoint'])
  })

  test.each([0, -1, 86_401, Number.NaN, '300', undefined])('a read that holds for %j seconds', (lifeSeconds) => {
    const reads = { user: { url: 'https://forge.example.com/user', lifeSeconds } }
    expect(named(forge({ reads }))).toEqual(['providers.forge.reads.user.lifeSeconds'])
  })

  test('the same id twice', () => {
    expect(named(discord(credentials), forge(), discord(credentials))).toEqual(['providers'])
  })

  test.each([
    'http://forge.example.com/token',
    'http://127.0.0.1.example.com/token',
    'https://user:password@forge.example.com/token',
    'ftp://forge.example.com/token',
    '/token',
  ])('S-65 codes and tokens do not travel to %s', (tokenEndpoint) => {
    expect(named(forge({ tokenEndpoint }))).toEqual(['providers.forge.tokenEndpoint'])
    expect(named(oidc({ ...credentials, issuer: tokenEndpoint }))).toEqual(['OIDC_ISSUER'])
    expect(named(forge({ reads: { guilds: { url: tokenEndpoint, lifeSeconds: 1 } } }))).toEqual([
      'providers.forge.reads.guilds',
    ])
  })

  test.each(['http://127.0.0.1:4000', 'http://localhost:4000', 'http://[::1]:4000'])(
    'S-65 plain http is for this machine alone: %s',
    (site) => {
      expect(faultsOf(discord({ ...credentials, site }), github({ ...credentials, site, api: site }))).toEqual([])
    },
  )

  test('no fault repeats a secret', () => {
    const secret = 'do-not-print-me\n'
    expect(JSON.stringify(faultsOf(discord({ clientId: secret, clientSecret: secret })))).not.toContain('do-not-print')
  })
})

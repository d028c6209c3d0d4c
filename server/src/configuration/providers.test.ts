import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkOptions } from '@vigile/engine'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { call } from '../commands/call.suite.ts'
import { en } from '../messages/en.ts'
import { fr } from '../messages/fr.ts'
import { engineOptions } from './engine-options.ts'
import type { Environment } from './environment.ts'
import { joinFaults } from './faults.ts'
import { loadConfiguration } from './load-configuration.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigile-providers-'))
})
afterEach(() => rm(folder, { recursive: true }))

const load = async (environment: Environment, messages = en) => {
  const loaded = await loadConfiguration({ environment, folder, messages })
  return { ...loaded, providers: loaded.config.providers ?? [] }
}
const writeConfig = (providers: string) =>
  writeFile(
    join(folder, 'vigile.config.mjs'),
    `import { discord, github, oidc } from ${JSON.stringify(import.meta.resolve('@vigile/engine'))}
     export default { providers: ${providers} }`,
  )

const discordVariables = { DISCORD_CLIENT_ID: 'discord-id', DISCORD_CLIENT_SECRET: 'discord-secret' }
const oidcVariables = {
  OIDC_ISSUER: 'https://id.example.com',
  OIDC_CLIENT_ID: 'oidc-id',
  OIDC_CLIENT_SECRET: 'oidc-secret',
  OIDC_NAME: 'Example Ltd',
}

describe('OAU-1 a provider whose credentials are in the environment', () => {
  test('is on by itself', async () => {
    const { providers, faults } = await load({
      ...oidcVariables,
      GITHUB_CLIENT_ID: 'github-id',
      GITHUB_CLIENT_SECRET: 'github-secret',
      ...discordVariables,
    })
    expect(faults).toEqual([])
    expect(providers.map(({ id, name, clientId, clientSecret }) => [id, name, clientId, clientSecret])).toEqual([
      ['discord', 'Discord', 'discord-id', 'discord-secret'],
      ['github', 'GitHub', 'github-id', 'github-secret'],
      ['oidc', 'Example Ltd', 'oidc-id', 'oidc-secret'],
    ])
    expect(providers[2]?.server).toEqual({ kind: 'discovery', issuer: 'https://id.example.com' })
    expect((await load({})).providers).toEqual([])
  })

  test('OPS-2 can have its secret in a file', async () => {
    const path = join(folder, 'secret')
    await writeFile(path, 'from-the-file\n')
    const { providers, faults } = await load({ GOOGLE_CLIENT_ID: 'google-id', GOOGLE_CLIENT_SECRET_FILE: path })
    expect(faults).toEqual([])
    expect(providers).toMatchObject([{ id: 'google', clientSecret: 'from-the-file' }])
  })

  test('OPS-1 and misses something is named, once, in both languages', async () => {
    const environment = {
      DISCORD_CLIENT_SECRET: 'x',
      GOOGLE_CLIENT_ID: 'x',
      GOOGLE_CLIENT_SECRET_FILE: join(folder, 'nowhere'),
      OIDC_CLIENT_ID: 'x',
      OIDC_CLIENT_SECRET: 'x',
    }
    for (const messages of [en, fr]) {
      const { config, faults } = await load(environment, messages)
      const own = faults.map(({ setting, wrong }) => [setting, wrong])
      expect(own).toEqual([
        ['GOOGLE_CLIENT_SECRET', messages.faults.unreadable(join(folder, 'nowhere'), 'ENOENT')],
        ['DISCORD_CLIENT_ID', messages.faults.missing],
        ['OIDC_ISSUER', messages.faults.missing],
      ])
      const log = { ...console, fatal: () => {} } as never
      const engines = checkOptions(engineOptions({ ...config, log }, 3000))
      expect(joinFaults(faults, engines, messages.locale).map(({ setting }) => setting)).toEqual([
        'GOOGLE_CLIENT_SECRET (providers.google.clientSecret)',
        'DISCORD_CLIENT_ID (providers.discord.clientId)',
        'OIDC_ISSUER (providers.oidc.issuer)',
      ])
    }
  })
})

describe('a provider of the configuration file', () => {
  test('takes what it was not given from the environment, .env included, and stands before the others', async () => {
    await writeConfig("[github({ scopes: ['read:user'] }), oidc({ id: 'staff', issuer: 'https://x.example' })]")
    await writeFile(join(folder, 'staff-secret'), 'of-the-file\n')
    const lines = ['GITHUB_CLIENT_ID=github-id', 'GITHUB_CLIENT_SECRET=github-secret', 'STAFF_CLIENT_ID=staff-id']
    const secretFile = `STAFF_CLIENT_SECRET_FILE=${join(folder, 'staff-secret')}`
    await writeFile(join(folder, '.env'), [...lines, secretFile].join('\n'))
    const { providers } = await load(discordVariables)
    expect(providers.map(({ id, clientId, scopes }) => [id, clientId, scopes[0]])).toEqual([
      ['github', 'github-id', 'read:user'],
      ['staff', 'staff-id', 'openid'],
      ['discord', 'discord-id', 'identify'],
    ])
    expect(providers[1]?.clientSecret).toBe('of-the-file')
  })

  test('OPS-1 takes its issuer and its name from .env too; where the issuer is missing, that is said', async () => {
    await writeConfig("[oidc({ id: 'staff' })]")
    const lines = [
      'STAFF_CLIENT_ID=id',
      'STAFF_CLIENT_SECRET=secret',
      'STAFF_NAME=Staff',
      'STAFF_ISSUER=https://x.example',
    ]
    await writeFile(join(folder, '.env'), lines.join('\n'))
    const server = { kind: 'discovery', issuer: 'https://x.example' }
    expect((await load({})).providers).toMatchObject([{ id: 'staff', name: 'Staff', server }])
    await writeFile(join(folder, '.env'), lines.slice(0, 3).join('\n'))
    const { exitCode, errors } = await call('config check', { folder, environment: {} })
    expect([exitCode, errors]).toEqual([2, expect.stringMatching(/STAFF_ISSUER[\s\S]*missing/)])
    expect(errors).not.toContain('https address')
  })

  test('gives way to the environment', async () => {
    await writeConfig("[discord({ clientId: 'old', clientSecret: 'old' }), oidc({ issuer: 'https://old.example' })]")
    const { providers } = await load({ ...discordVariables, ...oidcVariables })
    expect(providers).toMatchObject([
      { id: 'discord', clientId: 'discord-id', clientSecret: 'discord-secret' },
      { id: 'oidc', name: 'Example Ltd', server: { issuer: 'https://id.example.com' } },
    ])
  })

  test.each(["'discord'", "['discord']", '[null]', '[discord]'])('OPS-1 %s is none, and named', async (providers) => {
    await writeConfig(providers)
    const { exitCode, errors } = await call('config check', { folder, environment: discordVariables })
    expect(exitCode).toBe(2)
    expect(errors).toContain('providers')
  })
})

test.each([
  ['a name that nobody sees', 'providers.oidc.name', { OIDC_NAME: '   ' }, '[]'],
  ['scopes without openid', 'providers.oidc.scopes', {}, "[oidc({ scopes: ['email'] })]"],
])('OPS-1 vigile config check refuses %s', async (_, setting, more, providers) => {
  await writeConfig(providers)
  const { exitCode, errors } = await call('config check', { folder, environment: { ...oidcVariables, ...more } })
  expect([exitCode, errors]).toEqual([2, expect.stringContaining(setting.endsWith('name') ? 'OIDC_NAME' : setting)])
})

test('vigile config check shows whom people can sign in with, and no secret', async () => {
  const environment = { ...discordVariables, ...oidcVariables }
  const { exitCode, output } = await call('config check', { folder, environment })
  expect([exitCode, output]).toEqual([0, expect.stringContaining('Sign-in with: Discord, Example Ltd\n')])
  const json = (await call('config check --json', { folder, environment })).output
  expect(JSON.parse(json)).toMatchObject({ providers: ['discord', 'oidc'] })
  expect(output + json).not.toContain('-secret')
  const french = await call('config check', { folder, environment: { ...environment, LANG: 'fr_FR.UTF-8' } })
  expect(french.output).toContain('Connexion avec : Discord, Example Ltd')
})

import { describe, expect, test } from 'vitest'
import { readFrom } from './answers.suite.ts'
import { discord } from './discord.ts'

const me = 'https://discord.com/api/v10/users/@me'
const profileOf = (user: unknown) => discord().profile(readFrom({ [me]: user }).read, null, null)
const ada = { id: '80351110224678912', username: 'ada', discriminator: '0', email: 'ada@example.com', verified: true }

describe('Discord says', () => {
  test('who somebody is', async () => {
    const avatar = 'a_8342729096ea3675442027381ff50dfe'
    expect(await profileOf({ ...ada, global_name: 'Ada Lovelace', avatar })).toEqual({
      subject: ada.id,
      email: 'ada@example.com',
      emailVerified: true,
      name: 'Ada Lovelace',
      image: `https://cdn.discordapp.com/avatars/${ada.id}/${avatar}.png`,
      label: '@ada',
    })
  })

  test('less of those who say less', async () => {
    expect(await profileOf({ ...ada, global_name: null, avatar: null, verified: false })).toMatchObject({
      name: 'ada',
      image: null,
      emailVerified: false,
    })
    expect(await profileOf({ ...ada, email: null })).toMatchObject({ email: null, emailVerified: false })
    // Without the scope, the fields are not there.
    expect(await profileOf({ id: ada.id })).toMatchObject({
      email: null,
      emailVerified: false,
      name: null,
      label: null,
    })
    expect(await profileOf({ ...ada, discriminator: '1234' })).toMatchObject({ label: 'ada#1234' })
  })

  test.each([
    ['nothing', null],
    ['an error', { message: '401: Unauthorized', code: 0 }],
    ['a number for an id', { ...ada, id: 80351110224678912 }],
    ['an id that is none', { ...ada, id: '../guilds' }],
    ['a list', [ada]],
  ])('%s: then nobody is signed in', async (_, answer) => {
    await expect(profileOf(answer)).rejects.toThrow()
  })

  test.each(['../../evil', 'a/b', '?x', ''])('an avatar of "%s" leads nowhere', async (avatar) => {
    expect(await profileOf({ ...ada, avatar })).toMatchObject({ image: null })
  })
})

test('addresses, scopes and reads follow the options', () => {
  const provider = discord({ site: 'http://127.0.0.1:1', clientId: 'id', clientSecret: 'secret', scopes: ['identify'] })
  expect(provider).toMatchObject({ id: 'discord', clientId: 'id', scopes: ['identify'], again: 'consent' })
  expect(JSON.stringify([provider.server, provider.reads])).not.toContain('discord.com')
  expect(discord({ reads: { member: { url: 'https://x.example', lifeSeconds: 1 } } }).reads).toHaveProperty('guilds')
})

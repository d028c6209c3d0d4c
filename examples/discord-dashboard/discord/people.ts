// Who there is at the stand-in. One of them has a name, and a guild, that nobody should take at its word.
import type { DiscordPerson } from '../../../tests/providers/discord.ts'

/** https://discord.com/developers/docs/topics/permissions: VIEW_CHANNEL and SEND_MESSAGES, and with MANAGE_GUILD. */
const [member, manager] = ['3072', '3104']

const engines = { id: '197038439483310086', name: 'Analytical Engines' }
const poets = { id: '41771983423143937', name: 'Poets' }
const compilers = { id: '81384788765712384', name: 'Compilers' }

const guilds = {
  ada: [
    { ...engines, owner: true, permissions: manager },
    { ...poets, permissions: member },
  ],
  grace: [
    { ...compilers, owner: true, permissions: manager },
    { ...engines, permissions: member },
  ],
  mallory: [
    { id: '613425648685547541', name: '<img src=x onerror=alert(document.domain)>', owner: true, permissions: manager },
    { ...engines, permissions: manager },
  ],
}

const personOf = (id: string, username: 'ada' | 'grace' | 'mallory', name: string): DiscordPerson => ({
  id,
  username,
  global_name: name,
  email: `${username}@example.com`,
  verified: true,
  guilds: guilds[username],
})

export const people: readonly DiscordPerson[] = [
  personOf('80351110224678912', 'ada', 'Ada Lovelace'),
  personOf('80351110224678913', 'grace', 'Grace Hopper'),
  personOf('80351110224678914', 'mallory', '<script>alert(1)</script>'),
]

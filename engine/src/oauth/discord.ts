// Discord: https://discord.com/developers/docs/topics/oauth2
import { z } from 'zod'
import { boundedProfile } from './bounded-profile.ts'
import { credentialsOf, type ProviderOptions } from './credentials.ts'
import type { Provider } from './provider.ts'

const user = z.looseObject({
  id: z.string().regex(/^\d{1,20}$/),
  username: z.string().nullish().catch(null),
  /** Old names were told apart by four digits; `0`: it is a new one. */
  discriminator: z.string().nullish().catch(null),
  global_name: z.string().nullish().catch(null),
  avatar: z
    .string()
    .regex(/^[a-z0-9_]{1,64}$/i)
    .nullish()
    .catch(null),
  email: z.unknown().optional(),
  verified: z.unknown().optional(),
})

/**
 * Sign-in with Discord. Id and secret come from `DISCORD_CLIENT_ID` and `DISCORD_CLIENT_SECRET` where they are not given. Scopes:
 * `identify email guilds`. Reads: `profile` and `guilds`, which hold for five minutes. `site`: another address of Discord, for tests.
 *
 * @example
 * createVigile({ …, providers: [discord()] })
 */
export const discord = (options: ProviderOptions & { readonly site?: string | undefined } = {}): Provider => {
  const { site = 'https://discord.com', scopes = ['identify', 'email', 'guilds'] } = options
  const me = `${site}/api/v10/users/@me`
  return {
    id: 'discord',
    name: 'Discord',
    ...credentialsOf('discord', options),
    server: {
      kind: 'fixed',
      issuer: site,
      authorizationEndpoint: `${site}/oauth2/authorize`,
      tokenEndpoint: `${site}/api/oauth2/token`,
      revocationEndpoint: `${site}/api/oauth2/token/revoke`,
    },
    scopes,
    again: 'consent',
    tokenAuth: 'post',
    profile: async (read) => {
      const { id, username, discriminator, global_name: name, avatar, email, verified } = user.parse(await read(me))
      const isOldName = discriminator && discriminator !== '0'
      return boundedProfile({
        subject: id,
        email,
        emailVerified: verified,
        name: name ?? username,
        image: avatar && `https://cdn.discordapp.com/avatars/${id}/${avatar}.png`,
        label: username && (isOldName ? `${username}#${discriminator}` : `@${username}`),
      })
    },
    reads: {
      profile: { url: me, lifeSeconds: 300 },
      guilds: { url: `${me}/guilds`, lifeSeconds: 300 },
      ...options.reads,
    },
  }
}

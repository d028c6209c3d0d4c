// GitHub, which speaks OAuth 2 and no OpenID Connect: https://docs.github.com/apps/oauth-apps
import { z } from 'zod'
import { boundedProfile } from './bounded-profile.ts'
import { credentialsOf, type ProviderOptions } from './credentials.ts'
import type { Provider } from './provider.ts'

const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' }

const user = z.looseObject({
  id: z.number().int().positive(),
  login: z.string().nullish().catch(null),
  name: z.string().nullish().catch(null),
  avatar_url: z.unknown().optional(),
})
const email = z.looseObject({ email: z.string(), primary: z.boolean(), verified: z.boolean() })
// One that is not as it should be hides none of the others.
const emails = z.array(email.nullable().catch(null)).max(1000)

/**
 * Sign-in with GitHub, or a GitHub Enterprise Server. Id and secret come from `GITHUB_CLIENT_ID` and `GITHUB_CLIENT_SECRET` where
 * they are not given. Scopes: `read:user user:email`. The email is the account's primary one, public or not. Reads: `profile`.
 *
 * @example
 * github({ site: 'https://github.example.com', api: 'https://github.example.com/api/v3' })
 */
export const github = (
  options: ProviderOptions & { readonly site?: string | undefined; readonly api?: string | undefined } = {},
): Provider => {
  const { site = 'https://github.com', api = 'https://api.github.com' } = options
  return {
    id: 'github',
    name: 'GitHub',
    ...credentialsOf('github', options),
    server: {
      kind: 'fixed',
      issuer: `${site}/login/oauth`,
      authorizationEndpoint: `${site}/login/oauth/authorize`,
      tokenEndpoint: `${site}/login/oauth/access_token`,
    },
    scopes: options.scopes ?? ['read:user', 'user:email'],
    again: 'select_account',
    tokenAuth: 'post',
    profile: async (read) => {
      const { id, login, name, avatar_url: image } = user.parse(await read(`${api}/user`, headers))
      // The address of /user is what the person shows to everybody, and nothing says that it is verified.
      const primary = emails.parse(await read(`${api}/user/emails`, headers)).find((one) => one?.primary)
      return boundedProfile({
        subject: id,
        email: primary?.email,
        emailVerified: primary?.verified,
        name: name ?? login,
        image,
        label: login && `@${login}`,
      })
    },
    reads: { profile: { url: `${api}/user`, lifeSeconds: 300, headers }, ...options.reads },
    // Not RFC 7009: all that the person allowed is taken back, so that the application is gone from their settings too (S-69).
    revoke: async (send, { accessToken }, { clientId, clientSecret }) => {
      const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
      const { status } = await send(
        new Request(`${api}/applications/${encodeURIComponent(clientId)}/grant`, {
          method: 'DELETE',
          headers: { ...headers, authorization, 'content-type': 'application/json' },
          body: JSON.stringify({ access_token: accessToken }),
        }),
      )
      // 404 and 422: there is no such token any more.
      if (![204, 404, 422].includes(status)) throw new Error(`GitHub did not take the grant back: status ${status}`)
    },
  }
}

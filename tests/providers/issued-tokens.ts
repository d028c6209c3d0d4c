// The tokens that a stand-in has given, and whose they are.
import { randomBytes } from 'node:crypto'

export type Issued = { readonly account: string; readonly scopes: readonly string[] }

export const createTokens = (prefixes: { readonly access: string; readonly refresh: string }) => {
  const access = new Map<string, Issued>()
  const refresh = new Map<string, Issued>()
  const make = (map: Map<string, Issued>, prefix: string, issued: Issued) => {
    const token = `${prefix}${randomBytes(24).toString('base64url')}`
    map.set(token, issued)
    return token
  }
  return {
    issue: (issued: Issued) => ({
      accessToken: make(access, prefixes.access, issued),
      refreshToken: make(refresh, prefixes.refresh, issued),
    }),
    /** A refresh token is used once. */
    useRefreshToken: (token: string) => {
      const issued = refresh.get(token)
      refresh.delete(token)
      return issued
    },
    find: (accessToken: string) => access.get(accessToken),
    /** All access tokens end, as by their time; refresh tokens stay. */
    expire: () => access.clear(),
    /** By either token: the account takes back what it allowed. */
    revoke: (token: string): boolean => {
      const issued = access.get(token) ?? refresh.get(token)
      if (issued !== undefined) forget(issued.account)
      return issued !== undefined
    },
    /** The account took back what it allowed, at the provider's own settings. */
    forget: (account: string) => forget(account),
    count: () => ({ access: access.size, refresh: refresh.size }),
  }
  function forget(account: string) {
    for (const map of [access, refresh])
      for (const [token, issued] of map) if (issued.account === account) map.delete(token)
  }
}

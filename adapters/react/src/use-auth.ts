import { useVigile } from './provider.tsx'

/** Whether a list of permissions holds one, by itself or by a wildcard: `products:*`, `*`. */
export const holds = (permissions: readonly string[], permission: string): boolean =>
  permissions.some(
    (held) => held === permission || held === '*' || (held.endsWith(':*') && permission.startsWith(held.slice(0, -1))),
  )

/**
 * Who is signed in, and what can be done about it.
 * `user` is null while nobody is, or while it is not known: `auth.state` tells the two apart. What `can` hides is only
 * hidden; the server decides.
 *
 * @example
 * const { user, can, signOut } = useAuth()
 */
export const useAuth = () => {
  const { client, store, auth } = useVigile()
  const me = 'me' in auth ? auth.me : null
  return {
    auth,
    user: me?.user ?? null,
    session: me?.session ?? null,
    can: (permission: string): boolean => me !== null && holds(me.permissions, permission),
    signUp: client.signUp,
    signIn: client.signIn,
    signOut: client.signOut,
    reload: store.load,
  }
}

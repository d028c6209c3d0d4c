import type { Client } from '@vigile/client'
import type { Auth, AuthStore } from '@vigile/client/auth-store'
import { useVigile } from './provider.tsx'

/**
 * Who is signed in, and what can be done about it. A component that uses it follows every change, in whichever tab.
 * Looking at `status` tells TypeScript what else is there: with `signed-in` there is a `user`.
 *
 * @example
 * const { user, can, signOut } = useAuth()
 */
export const useAuth = (): Auth & Pick<Client, 'signUp' | 'signIn' | 'signOut'> & Pick<AuthStore, 'reload'> => {
  const { client, store, auth } = useVigile()
  const { signUp, signIn, signOut } = client
  return { ...auth, signUp, signIn, signOut, reload: store.reload }
}

import type { Client } from '@vigile/client'
import { type AuthStore, authStoreOf, loading } from '@vigile/client/auth-store'
import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from 'react'

const Context = createContext<{ client: Client; store: AuthStore; signInPath: string } | null>(null)

/**
 * Tells the components below who is signed in. Make the client once, outside React.
 * `signInPath`: where `<Protected>` sends people, `/sign-in` by default.
 *
 * @example
 * const client = createClient()
 * <VigileProvider client={client}><App /></VigileProvider>
 */
export function VigileProvider(props: { client: Client; signInPath?: string; children?: ReactNode }) {
  const { client, signInPath = '/sign-in', children } = props
  const value = useMemo(() => ({ client, store: authStoreOf(client), signInPath }), [client, signInPath])
  return <Context value={value}>{children}</Context>
}

/** What the provider gives, and the present state. Throws outside a `VigileProvider`: a developer's mistake. */
export const useVigile = () => {
  const value = useContext(Context)
  if (!value) throw new Error('useAuth and <Protected> need a <VigileProvider client={client}> above them')
  // A server knows of nobody, and the first rendering in the browser must be the same.
  const auth = useSyncExternalStore(value.store.subscribe, value.store.read, () => loading)
  return { ...value, auth }
}

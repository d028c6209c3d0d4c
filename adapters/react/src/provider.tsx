import type { Client } from '@vigile/client'
import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from 'react'
import { type AuthState, type AuthStore, createAuthStore } from './auth-store.ts'

const Context = createContext<{ readonly client: Client; readonly store: AuthStore } | null>(null)

/**
 * Tells the components below who is signed in.
 *
 * @example
 * const client = createClient()
 * <VigileProvider client={client}><App /></VigileProvider>
 */
export function VigileProvider({ client, children }: { client: Client; children?: ReactNode }) {
  const value = useMemo(() => ({ client, store: createAuthStore(client) }), [client])
  return <Context value={value}>{children}</Context>
}

const serverState: AuthState = { state: 'loading' }

/** The client, its store and the present state. Throws outside a `VigileProvider`: a developer's mistake. */
export const useVigile = () => {
  const value = useContext(Context)
  if (!value) throw new Error('useAuth and <Protected> need a <VigileProvider client={client}> above them')
  const auth = useSyncExternalStore(value.store.subscribe, value.store.read, () => serverState)
  return { ...value, auth }
}

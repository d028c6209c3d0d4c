// The accounts at providers that are connected to this one, and the providers that there are. Several parts of the page show it.
import type { Identities } from '@vigile/contract'
import type { AuthProblem } from '@vigile/react'
import { createContext, useCallback, useContext, useEffect, useState } from 'react'
import { send } from '../forms/send.ts'
import { settings } from '../settings.ts'

type Held = {
  readonly connections: Identities | null
  readonly problem: AuthProblem | null
  /** Loads them again: what was shown stays until the new is here. */
  readonly load: () => Promise<void>
}

export const ConnectionsContext = createContext<Held>({ connections: null, problem: null, load: async () => {} })

export const useConnections = (): Held => useContext(ConnectionsContext)

/** For the page itself, which gives them to its parts. */
export function useLoadedConnections(): Held {
  const [held, setHeld] = useState<Omit<Held, 'load'>>({ connections: null, problem: null })
  const load = useCallback(async () => {
    const result = await send<Identities>('GET', '/identities')
    setHeld((before) =>
      result.ok ? { connections: result.value, problem: null } : { ...before, problem: result.problem },
    )
  }, [])
  useEffect(() => {
    if (settings.providers.length > 0) void load()
  }, [load])
  return { ...held, load }
}

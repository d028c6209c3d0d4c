// Where the user is signed in.
import type { ListedSession } from '@vigile/contract'
import type { AuthProblem } from '@vigile/react'
import { createContext, useCallback, useContext, useEffect, useState } from 'react'
import { client } from '../client.ts'

type Listed = { readonly sessions: readonly ListedSession[] | null; readonly problem: AuthProblem | null }

/** `sessions` null: not known yet. `list` loads them again; what was shown stays until they are here. */
export type SessionList = Listed & { list(): Promise<void> }

export const SessionListContext = createContext<SessionList>({ sessions: null, problem: null, list: async () => {} })

/** The list of the page, for its sections. */
export const useSessionList = (): SessionList => useContext(SessionListContext)

/** The list, asked for when the page opens. */
export function useSessions(): SessionList {
  const [listed, setListed] = useState<Listed>({ sessions: null, problem: null })
  const list = useCallback(async () => {
    const result = await client.listSessions()
    setListed(
      result.ok ? { sessions: result.value, problem: null } : (before) => ({ ...before, problem: result.problem }),
    )
  }, [])
  useEffect(() => {
    void list()
    // Another tab signed in, perhaps as someone else.
    return client.onSessionStart(() => {
      setListed({ sessions: null, problem: null })
      void list()
    })
  }, [list])
  return { ...listed, list }
}

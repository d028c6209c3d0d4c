// What the account page shows: who is signed in, and where.
import type { NetworkProblem } from '@vigile/client'
import type { ListedSession, Me, Problem } from '@vigile/contract'
import { useCallback, useEffect, useState } from 'react'
import { client } from '../client.ts'
import { leaveToSignIn } from '../navigation/routes.ts'

type AnyProblem = Problem | NetworkProblem

export type Account =
  | { readonly state: 'loading' }
  | { readonly state: 'trouble'; readonly problem: AnyProblem | null }
  | { readonly state: 'ready'; readonly me: Me; readonly sessions: readonly ListedSession[] }

async function load(): Promise<Account> {
  try {
    const me = await client.me()
    if (!me) {
      leaveToSignIn()
      return { state: 'loading' }
    }
    const listed = await client.listSessions()
    return listed.ok ? { state: 'ready', me, sessions: listed.value } : { state: 'trouble', problem: listed.problem }
  } catch (error) {
    // It cannot be known now who is signed in: nobody is sent away for that.
    const cause = error instanceof Error ? (error.cause as AnyProblem | undefined) : undefined
    return { state: 'trouble', problem: cause ?? null }
  }
}

/** The account, and the way to load it again: what was shown stays until the new state is here. */
export function useAccount(): { account: Account; reload: () => Promise<void> } {
  const [account, setAccount] = useState<Account>({ state: 'loading' })
  const reload = useCallback(async () => setAccount(await load()), [])
  useEffect(() => void reload(), [reload])
  return { account, reload }
}

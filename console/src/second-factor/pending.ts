// The sign-in of this browser that waits for its second factor. Asked without the client: a 401 here is no reason to renew a
// session.
import type { NetworkProblem } from '@vigile/client'
import type { PendingSignIn, Problem } from '@vigile/contract'
import { settings } from '../settings.ts'

const unreachable: NetworkProblem = { code: 'network', status: 0, title: '', detail: '' }

export type Asked =
  | { readonly state: 'waits'; readonly pending: PendingSignIn }
  | { readonly state: 'over' }
  | { readonly state: 'failed'; readonly problem: Problem | NetworkProblem }

/** Whether one waits, and for what. */
export async function askPending(): Promise<Asked> {
  try {
    const headers = { 'accept-language': document.documentElement.lang }
    const answer = await fetch(`${settings.authPath}/second-factor`, { headers })
    const content = await answer.json()
    if (answer.ok) return { state: 'waits', pending: content as PendingSignIn }
    if (answer.status === 401) return { state: 'over' }
    return { state: 'failed', problem: (content as Problem).code ? (content as Problem) : unreachable }
  } catch {
    return { state: 'failed', problem: unreachable }
  }
}

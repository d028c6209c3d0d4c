// An act of the account: sent once, and what refused it.
import type { NetworkProblem, Result } from '@vigile/client'
import type { Problem } from '@vigile/contract'
import { leaveToSignInAgain } from '../navigation/routes.ts'

/**
 * Sends an act. Where it needs a recent sign-in (SPEC TOK-11), leaves for the sign-in page, which leads back here.
 * @returns null when it was done, or the problem to show; never, where the page is being left
 */
export async function act(send: () => Promise<Result<unknown>>): Promise<Problem | NetworkProblem | null> {
  const result = await send()
  if (result.ok) return null
  if (result.problem.code !== 'reauthentication_required') return result.problem
  leaveToSignInAgain()
  return new Promise(() => {})
}

import type { Result } from '@vigile/client'
import type { Act } from '../account/recent-sign-in.tsx'
import { send } from '../forms/send.ts'
import { connectionsPath } from '../navigation/routes.ts'

/** Goes to a provider, to connect the account there. Gives why it could not; where it could, the next page is on its way. */
export async function startLink(
  act: Act,
  id: string,
): Promise<Extract<Result<never>, { ok: false }>['problem'] | null> {
  const result = await act(() => send<{ location: string }>('POST', `/oauth/${id}/link`, { returnTo: connectionsPath }))
  if (!result.ok) return result.problem
  location.assign(result.value.location)
  return new Promise(() => {}) // Until the provider's page is here.
}

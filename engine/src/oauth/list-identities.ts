import type { Identities } from '@vigile/contract'
import type { IdentityStore } from '../identities/store.ts'
import type { UserId } from '../primitives/ids.ts'
import { type ProviderNames, presentIdentity } from './present-identity.ts'

/** The user's connected accounts, oldest first, and the providers that can be connected. */
export const listIdentities = async (
  {
    identities,
    providers,
  }: { readonly identities: Pick<IdentityStore, 'listOfUser'>; readonly providers: ProviderNames },
  userId: UserId,
): Promise<Identities> => ({
  identities: (await identities.listOfUser(userId)).map((one) => presentIdentity(providers, one)),
  providers: providers.map(({ id, name }) => ({ id, name })),
})

import type { Identity as PresentedIdentity } from '@vigile/contract'
import type { Identity } from '../identities/store.ts'
import type { Provider } from './provider.ts'

export type ProviderNames = readonly Pick<Provider, 'id' | 'name'>[]

/** A provider that is no longer set up goes by its id. */
export const providerName = (providers: ProviderNames, provider: string): string =>
  providers.find(({ id }) => id === provider)?.name ?? provider

/** An identity as its owner sees it: nothing of tokens. */
export const presentIdentity = (
  providers: ProviderNames,
  { id, provider, email, label, createdAt, lastUsedAt }: Identity,
): PresentedIdentity => ({
  id,
  provider,
  providerName: providerName(providers, provider),
  name: label,
  email,
  createdAt,
  lastUsedAt,
})

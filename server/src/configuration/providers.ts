// The providers that people sign in with: those of the configuration file, and those that the environment has credentials of.
import { discord, github, google, oidc, type Provider } from '@vigile/engine'
import type { Catalogue } from '../messages/catalogue.ts'
import type { VigileConfig } from './config.ts'
import type { ConfigurationFault } from './faults.ts'
import { type BuiltIn, type Field, type Given, type GivenProviders, variableOf } from './given-providers.ts'

/** What each needs, in the order of the buttons. Empty texts: the environment of the process was read already. */
const builtIns: readonly { id: BuiltIn; needs: readonly Field[]; make: (given: Given) => Provider }[] = [
  { id: 'discord', needs: ['clientId', 'clientSecret'], make: (given) => discord({ ...empty, ...given }) },
  { id: 'google', needs: ['clientId', 'clientSecret'], make: (given) => google({ ...empty, ...given }) },
  { id: 'github', needs: ['clientId', 'clientSecret'], make: (given) => github({ ...empty, ...given }) },
  {
    id: 'oidc',
    needs: ['issuer', 'clientId', 'clientSecret'],
    make: (given) => oidc({ ...empty, issuer: '', name: 'OpenID', ...given }),
  },
]
const empty = { clientId: '', clientSecret: '' }

/** The ids of those that the file adds to what is built in. */
export const addedIn = ({ providers }: VigileConfig): readonly string[] =>
  (Array.isArray(providers) ? (providers as readonly Provider[]) : [])
    .map((provider) => provider?.id)
    .filter((id) => typeof id === 'string' && !builtIns.some((builtIn) => builtIn.id === id))

/**
 * One that the environment has something of is on by itself, behind those of the file. One of the file takes from the environment what
 * that says: the environment wins.
 */
export const withProviders = (
  config: VigileConfig,
  given: GivenProviders,
  { faults: messages }: Catalogue,
): { readonly config: VigileConfig; readonly faults: readonly ConfigurationFault[] } => {
  // Whatever is no list is named by the engine's check.
  const inFile = config.providers ?? []
  if (!Array.isArray(inFile)) return { config, faults: [] }
  const completed = inFile.map((provider: Provider) => {
    const own = given[provider?.id]
    return own === undefined ? provider : complete(provider, own)
  })
  const faults: ConfigurationFault[] = []
  for (const { id, needs, make } of builtIns) {
    const own = given[id]
    if (own === undefined || completed.some((provider) => provider?.id === id)) continue
    for (const field of needs) {
      if (own[field] === undefined)
        faults.push({ setting: variableOf(id, field), wrong: messages.missing, right: messages.ofProvider })
    }
    completed.push(make(own))
  }
  return { config: completed.length === 0 ? config : { ...config, providers: completed }, faults }
}

const complete = (provider: Provider, { clientId, clientSecret, issuer, name }: Given): Provider => ({
  ...provider,
  ...(clientId === undefined ? {} : { clientId }),
  ...(clientSecret === undefined ? {} : { clientSecret }),
  ...(issuer === undefined || provider.server?.kind !== 'discovery' ? {} : { server: { ...provider.server, issuer } }),
  ...(name === undefined ? {} : { name }),
})

// The providers that people sign in with, checked as a whole. Configuration files are compiled by nobody (OPS-1).
import type { Faults } from '../messages/fault.ts'
import { providerVariable } from '../oauth/credentials.ts'
import type { Provider } from '../oauth/provider.ts'
import { isLoopbackUrl, isSafeUrl } from '../primitives/safe-url.ts'

export const providersOf = (given: readonly Provider[] = [], faults: Faults): readonly Provider[] => {
  const ids = new Set<string>()
  for (const [index, provider] of given.entries()) {
    if (!isProvider(provider)) {
      faults.add(`providers[${index}]`, 'no_provider')
      continue
    }
    const { id } = provider
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(id)) faults.add(`providers[${index}].id`, 'no_provider_id')
    else if (ids.has(id)) faults.add('providers', 'provider_twice', { given: id })
    ids.add(id)
    checkOne(provider, faults)
  }
  return given
}

const isProvider = ({ id, profile, server, reads }: Provider): boolean =>
  typeof id === 'string' && typeof profile === 'function' && typeof server === 'object' && typeof reads === 'object'

const checkOne = (provider: Provider, faults: Faults): void => {
  const { id, name, clientId, clientSecret, server, scopes, reads } = provider
  const option = (field: string) => `providers.${id}.${field}`
  if (!isLine(name, 100) || name.trim() === '') faults.add(option('name'), 'no_provider_name')
  const credentials = [
    [clientId, providerVariable(id, 'CLIENT_ID')],
    [clientSecret, providerVariable(id, 'CLIENT_SECRET')],
  ] as const
  for (const [value, setting] of credentials) {
    if (value === '' || value === undefined) faults.add(setting, 'no_credential', { provider: name })
    // It goes into headers and forms.
    else if (!isLine(value, 4096) || value.trim() !== value) faults.add(setting, 'not_one_line')
  }
  const addresses: readonly (readonly [string | undefined, string])[] =
    server.kind === 'discovery'
      ? [[server.issuer, providerVariable(id, 'ISSUER')]]
      : [
          [server.authorizationEndpoint, option('authorizationEndpoint')],
          [server.tokenEndpoint, option('tokenEndpoint')],
          [server.revocationEndpoint, option('revocationEndpoint')],
        ]
  const read = Object.entries(reads).map(([read, { url }]) => [url, option(`reads.${read}`)] as const)
  for (const [address, setting] of [...addresses, ...read]) {
    // It is refused when it is called, too: only a provider that is on this machine has addresses on this machine.
    const isMixed = address !== undefined && URL.parse(address)?.protocol === 'http:' && !isHere(server.issuer)
    if (address === '') faults.add(setting, 'no_provider_address', { provider: name })
    else if (address !== undefined && (isMixed || !isSafeAddress(address))) faults.add(setting, 'not_https')
  }
  for (const [read, { lifeSeconds }] of Object.entries(reads)) {
    if (typeof lifeSeconds !== 'number' || !(lifeSeconds >= 1 && lifeSeconds <= 86_400))
      faults.add(option(`reads.${read}.lifeSeconds`), 'no_life')
  }
  // RFC 6749 3.3.
  if (!Array.isArray(scopes) || !scopes.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/.test(scope)))
    faults.add(option('scopes'), 'no_scopes')
  // OpenID Connect Core 3.1.2.1: without it there is no ID token, and nobody could sign in.
  else if (server.kind === 'discovery' && !scopes.includes('openid')) faults.add(option('scopes'), 'without_openid')
}

const isLine = (value: unknown, maxLength: number): boolean =>
  typeof value === 'string' && value.length >= 1 && value.length <= maxLength && !/\p{Cc}/u.test(value)

/** S-65: codes and tokens travel there. */
const isSafeAddress = (text: string): boolean => {
  const url = URL.parse(text)
  if (!url || url.username || url.password || url.hash) return false
  return isSafeUrl(url)
}
const isHere = (text: string): boolean => {
  const url = URL.parse(text)
  return url?.protocol === 'http:' && isLoopbackUrl(url)
}

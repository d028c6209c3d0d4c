// For whom passkeys are made.
import type { RelyingParty } from '../passkeys/relying-party.ts'

/**
 * Null where browsers make no passkeys: on an address of numbers, and without a secure context (WebAuthn section 5.1.2). The
 * cookies' domain, where one is set, is that of the passkeys too: both serve the same sister sites.
 */
export const relyingPartyOf = (site: {
  readonly host: string
  readonly cookieDomain: string | null
  readonly name: string
  readonly origins: ReadonlySet<string>
  readonly isSecureContext: boolean
}): RelyingParty | null => {
  const { host, cookieDomain, name, origins, isSecureContext } = site
  const isAddress = host.startsWith('[') || /^\d+(\.\d+){3}$/.test(host)
  return isSecureContext && !isAddress ? { id: cookieDomain ?? host, name, origins } : null
}

import { type ClientAuth, ClientSecretBasic, ClientSecretPost } from 'oauth4webapi'
import type { Provider } from './provider.ts'

/** How Vigile proves to the provider that it is itself (RFC 6749 section 2.3.1). */
export const authenticationOf = ({ tokenAuth, clientSecret }: Provider): ClientAuth =>
  tokenAuth === 'basic' ? ClientSecretBasic(clientSecret) : ClientSecretPost(clientSecret)

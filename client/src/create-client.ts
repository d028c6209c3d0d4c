import type { Client, ClientOptions } from './api.ts'
import { browserPorts } from './browser/ports.ts'
import { assembleClient } from './client.ts'

/**
 * The browser's half of a session: it keeps it alive, shares it between tabs, and says when it is over. Make one for each page.
 * On a server (no `document`) it can be made, and does nothing by itself.
 * @example
 * const client = createClient()
 * const products = await client.fetch('/api/products')
 * client.onSessionEnd(({ reason }) => location.assign(`/sign-in?because=${reason}`))
 */
export function createClient(options: ClientOptions = {}): Client {
  const client = assembleClient(browserPorts({ app: 'vigile', authPath: '/api/auth', ...options }), options)
  if (globalThis.document) client.start()
  return client
}

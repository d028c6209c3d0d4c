// Runs in the browser: an application's page with the client in it, which notes what it is told.
import { type Client, createClient } from '../../../client/src/index.ts'

declare global {
  var client: Client
  /** The moments that the client told this page of, in their order. */
  var told: string[]
}

globalThis.told = []
globalThis.client = createClient()
client.onSessionStart(() => void told.push('start'))
client.onSessionEnd(({ reason }) => void told.push(reason))

// What came over HTTP, as an engine takes it.
import type { IncomingMessage } from 'node:http'

export const requestOf = async (incoming: IncomingMessage, publicUrl: string): Promise<Request> => {
  const { method = '', url = '', headers } = incoming
  const body = Buffer.concat(await incoming.toArray())
  const named = Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string])
  const init = { method, headers: new Headers(named), ...(body.length > 0 ? { body } : {}) }
  return new Request(`${publicUrl}${url}`, init)
}

// What Sentry and a collector of OpenTelemetry would get: takes everything, and keeps it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

export type Received = { readonly path: string; readonly headers: string; readonly text: string }

export const startCollector = async () => {
  const received: Received[] = []
  const keep = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request)
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString()
    received.push({ path: request.url ?? '', headers: JSON.stringify(request.headers), text })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }
  const server = createServer((request, response) => void keep(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    received,
    /** The texts that came to paths which end so. */
    at: (ending: string) => received.filter(({ path }) => path.split('?')[0]?.endsWith(ending)).map(({ text }) => text),
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

// An application that knows nothing of Vigile: it says what reached it.
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Reached = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** `upgraded`: it was a handshake, of whatever protocol, and the connection is an echo from now on. */
  readonly body: string
}

export type Application = {
  readonly port: number
  /** Every request that came through. */
  readonly reached: readonly Reached[]
  close(): Promise<void>
}

export const openApplication = async (): Promise<Application> => {
  const reached: Reached[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const { method = '', url = '', headers } = request
    const one = { method, url, headers, body: Buffer.concat(parts).toString() }
    reached.push(one)
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' })
    // As text: nothing in it can be markup.
    const said = JSON.stringify(one).replace(/[<&]/g, (character) => `&#${character.charCodeAt(0)};`)
    response.end(`<!doctype html><title>the application</title><pre>${said}</pre>`)
  }
  const server = createServer((request, response) => void answer(request, response))
  server.on('upgrade', ({ method = '', url = '', headers }, socket) => {
    reached.push({ method, url, headers, body: 'upgraded' })
    socket.on('error', () => socket.destroy())
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${headers.upgrade}\r\n\r\n`)
    socket.pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    reached,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

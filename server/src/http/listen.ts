// The socket side: limits against slow clients, what the parser refuses, and an orderly end (OPS-7, H-15).

import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Peer, PlainAnswer, Vigile } from '@vigile/engine'
import type { Log } from '../log/log.ts'
import { answerClientError } from './client-error.ts'

export type Answer = (request: Request, peer: Peer) => Response | Promise<Response>

/** What the engine can answer without a Request; null for all else. */
export type ShortWay = Vigile['shortWay']

export type Listening = {
  readonly port: number
  /** Answers from now on say `Connection: close`, so that clients look for another node. */
  drain(): void
  /** Accepts no more; requests in flight end, or are cut after so many seconds. Gives how many were cut. */
  close(withinSeconds: number): Promise<number>
}

const patience = {
  /** Bytes of all headers of a request: some large cookies, no more. */
  maxHeaderSize: 16_384,
  /** Slowloris: the headers must be there within 10 s and the body, 64 KiB, within 30 s; looked at every 5 s. */
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  /** Longer than load balancers keep an idle connection (60 s mostly): they must end it, not meet an ended one. */
  keepAliveTimeout: 65_000,
}
/** A connection on which nothing moves, a client that never reads its answer included. */
const silentConnectionMs = 120_000
/** Far under a usual limit of open files; more are refused instead of failing at random. */
const maxConnections = 10_000
/**
 * How many may wait until this process, busy for a moment, takes them in; the system's own limit (`net.core.somaxconn`, 4,096
 * on Linux) may be lower. Node's 511 are few for what comes at once when another node goes away: whoever finds no room hears
 * nothing, and a proxy gives up within a second.
 */
const backlog = 4_096
/** Answers after which a part of the body may still be on its way. */
const leavesBody: ReadonlySet<number> = new Set([408, 413])
const lingerMs = 2_000
/** A flood of connections must not become one of log lines. */
const betweenDropLinesMs = 10_000

export const listen = async (
  at: { readonly host: string | undefined; readonly port: number },
  { answer, shortWay }: { readonly answer: Answer; readonly shortWay: ShortWay },
  log: Log,
  limits: Partial<typeof patience> = {},
): Promise<Listening> => {
  const underWay = new Set<ServerResponse>()
  let draining = false

  const answerOn = async (request: Request, incoming: IncomingMessage, outgoing: ServerResponse) => {
    const response = await answer(request, peerOf(incoming))
    if (leavesBody.has(response.status)) endAfter(incoming.socket, outgoing)
    return response
  }
  const handle: Parameters<typeof getRequestListener>[0] = (request, { incoming, outgoing }) =>
    answerOn(request, incoming as IncomingMessage, outgoing as ServerResponse)
  const listener = getRequestListener(handle, {
    // Load balancers check health by HTTP/1.0, which has no Host. Nothing is decided by the host that a client names.
    hostname: 'localhost',
    errorHandler: (error) => refuseOrFail(error, log),
  })
  const server = createServer({ ...patience, ...limits }, (incoming, outgoing) => {
    underWay.add(outgoing)
    outgoing.once('close', () => underWay.delete(outgoing))
    if (draining) outgoing.shouldKeepAlive = false
    const short = shortWay(incoming, peerOf(incoming))
    if (short === null) void listener(incoming, outgoing)
    else void short.then((plain) => send(plain, outgoing))
  })
  server.maxConnections = maxConnections
  server.timeout = silentConnectionMs
  server.on('clientError', (error, socket) => {
    const requestId = randomUUID()
    const status = answerClientError(error, socket, requestId)
    const ip = (socket as Socket).remoteAddress
    const { code } = error as NodeJS.ErrnoException
    if (status !== null) log.info({ status, code, ip, requestId }, 'malformed request')
  })
  let toldOfDrops = Number.NEGATIVE_INFINITY
  server.on('drop', () => {
    if (performance.now() - toldOfDrops < betweenDropLinesMs) return
    toldOfDrops = performance.now()
    log.warn({ maxConnections }, 'connections are refused: too many are open')
  })

  await listening(server, at)
  return {
    port: (server.address() as AddressInfo).port,
    drain: () => {
      draining = true
      for (const outgoing of underWay) if (!outgoing.headersSent) outgoing.shouldKeepAlive = false
    },
    close: async (withinSeconds) => {
      let cut = 0
      const timer = setTimeout(() => {
        cut = underWay.size
        server.closeAllConnections()
      }, withinSeconds * 1000)
      // Half of the time is for those who are taken in.
      await untilNobodyWaits(server, (withinSeconds * 1000) / 2)
      await new Promise<void>((resolve) => server.close(() => resolve()))
      clearTimeout(timer)
      return cut
    },
  }
}

/**
 * The system resets whoever waits to be taken in when the port is closed, and Node takes in one in a turn of its loop: a crowd
 * takes a while. Resolves at the end of a turn in which nobody came.
 */
const untilNobodyWaits = async (server: Server, withinMs: number): Promise<void> => {
  const until = performance.now() + withinMs
  let hasCome = true
  const come = () => {
    hasCome = true
  }
  server.on('connection', come)
  // This turn may have looked at its sockets before we listened.
  await endOfTurn()
  while (hasCome && performance.now() < until) {
    hasCome = false
    await endOfTurn()
  }
  server.off('connection', come)
}

/** Right after the sockets were looked at. */
const endOfTurn = () => new Promise((resolve) => setImmediate(resolve))

/**
 * The answer says that the connection ends, and it does once the answer could be read: bytes that nobody reads would make
 * the system reset it, and the answer be lost (RFC 9112 section 9.6).
 */
const endAfter = (socket: Socket, outgoing: ServerResponse) => {
  outgoing.shouldKeepAlive = false
  const destroySoon = socket.destroySoon.bind(socket)
  socket.destroySoon = () => {
    if (socket.writableEnded) return
    socket.end()
    const timer = setTimeout(destroySoon, lingerMs)
    socket.once('close', () => clearTimeout(timer))
  }
}

const peerOf = ({ socket }: IncomingMessage): Peer => ({ address: socket.remoteAddress ?? '' })

const send = ({ status, headers, cookies, body }: PlainAnswer, outgoing: ServerResponse) => {
  // Without its length the body would be sent in chunks, apart from the headers. A 204 has none (RFC 9110 section 8.6).
  const length = status === 204 ? {} : { 'Content-Length': Buffer.byteLength(body ?? '') }
  outgoing.writeHead(status, { ...headers, ...length, ...(cookies.length > 0 && { 'Set-Cookie': [...cookies] }) })
  outgoing.end(body)
}

const listening = (server: Server, { host, port }: { host: string | undefined; port: number }) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, backlog, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject)
      resolve()
    })
  })

const refuseOrFail = (error: unknown, log: Log): Response => {
  const isMalformed = error instanceof Error && error.name === 'RequestError'
  const requestId = randomUUID()
  const status = isMalformed ? 400 : 500
  if (isMalformed) log.info({ status, requestId }, 'malformed request')
  else log.error({ err: error, requestId }, 'answering failed')
  const body = { type: 'about:blank', title: isMalformed ? 'Bad Request' : 'Internal Server Error', status }
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      'X-Request-Id': requestId,
    },
  })
}

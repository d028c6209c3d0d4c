// A server on 127.0.0.1 that plays a provider. It records all that it is asked, and fails where a test wants it to.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createFaults, type Fault, type Faults, playBroken } from './faults.ts'

export type Asked = {
  /** The name of the endpoint, or the path where there is none. */
  readonly endpoint: string
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  body: string
}

/** A body that is no text is sent as JSON. */
export type Answer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export type Endpoint = {
  readonly name: string
  /** Of `GET /path`. */
  readonly route: RegExp
  readonly answer: (asked: Asked) => Answer | Promise<Answer>
}

export type StandIn = Faults & {
  /** Without a slash at the end. */
  readonly url: string
  /** All that was asked so far, in order; with a name, of that endpoint. */
  asked(endpoint?: string): readonly Asked[]
  /** Forgets what was asked. */
  forget(): void
  close(): Promise<void>
}

type Plan = {
  readonly endpoints: readonly Endpoint[]
  readonly notFound: Answer
  /** On every answer. */
  readonly headers?: (asked: Asked) => Readonly<Record<string, string>>
}

export const startStandIn = async (plan: (url: string) => Plan): Promise<StandIn> => {
  const opened = await openServer(async (request, response, { url, record, take }) => {
    const { endpoints, notFound, headers } = plan(url)
    const asked = record(
      request,
      ({ method, path }) => endpoints.find(({ route }) => route.test(`${method} ${path}`))?.name,
    )
    asked.body = await text(request)
    const answer = endpoints.find(({ name }) => name === asked.endpoint)?.answer ?? (() => notFound)
    await play(take(asked.endpoint), response, async () => {
      const { status, headers: own, body } = await answer(asked)
      return { status, headers: { ...headers?.(asked), ...own }, body }
    })
  })
  return opened
}

type Listening = {
  readonly url: string
  readonly record: (
    request: IncomingMessage,
    name: (asked: { method: string; path: string }) => string | undefined,
  ) => Asked
  readonly take: (endpoint: string) => Fault
}

/** The server alone: what it answers is the caller's. */
export const openServer = async (
  serve: (request: IncomingMessage, response: ServerResponse, listening: Listening) => Promise<void>,
): Promise<StandIn> => {
  const faults = createFaults()
  const all: Asked[] = []
  const record: Listening['record'] = (request, name) => {
    const { method = 'GET', headers } = request
    const address = new URL(request.url ?? '/', url)
    const endpoint = name({ method, path: address.pathname }) ?? address.pathname
    const asked: Asked = { endpoint, method, url: address, headers, body: '' }
    all.push(asked)
    return asked
  }
  let url = ''
  const server = createServer((request, response) => {
    serve(request, response, { url, record, take: faults.take }).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
      response.end(String(error))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    ...faults,
    url,
    asked: (endpoint) => (endpoint === undefined ? [...all] : all.filter((one) => one.endpoint === endpoint)),
    forget: () => void all.splice(0),
    close: async () => {
      server.close()
      server.closeAllConnections()
      if (server.listening) await once(server, 'close')
    },
  }
}

/** The right answer, with what the fault makes of it. */
const play = async (fault: Fault, response: ServerResponse, right: () => Promise<Answer>): Promise<void> => {
  if (typeof fault === 'string' && fault !== 'none') return playBroken(fault, response)
  if (typeof fault === 'number') return send(response, { status: fault, headers: { 'content-type': 'text/plain' } })
  if (fault === 'none') return send(response, await right())
  if ('after' in fault) {
    await fault.after
    return fault.status === undefined ? send(response, await right()) : send(response, { status: fault.status })
  }
  const answer = fault.status === undefined ? await right() : { status: fault.status, headers: {}, body: undefined }
  send(response, {
    status: fault.status ?? answer.status,
    headers: { ...answer.headers, ...fault.headers },
    body: fault.body ?? answer.body,
  })
}

const send = (response: ServerResponse, { status, headers = {}, body }: Answer): void => {
  const json = body !== undefined && typeof body !== 'string'
  response.writeHead(status, { ...(json ? { 'content-type': 'application/json' } : {}), ...headers })
  response.end(json ? JSON.stringify(body) : body)
}

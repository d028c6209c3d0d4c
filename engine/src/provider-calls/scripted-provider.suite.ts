// A server that answers as it is told, for tests of calls; and clients whose waits are recorded and move a clock.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Log } from '../primitives/log.ts'
import { createPauses } from './pauses.ts'
import { createProviderClient, type ProviderCallPolicy, type ProviderClient } from './provider-client.ts'

export type Said = (request: IncomingMessage, response: ServerResponse) => void

export const saying =
  (status: number, body: unknown = {}, headers: Record<string, string> = {}): Said =>
  (_, response) =>
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body))

/** Takes the request, and never answers. */
export const hanging: Said = () => {}

export type ScriptedProvider = {
  readonly url: string
  /** Of every request so far, the oldest first. */
  readonly requests: readonly Pick<IncomingMessage, 'method' | 'url' | 'headers'>[]
  /** What comes next, one for each request; the last one stays. */
  say(...next: Said[]): void
  stop(): Promise<void>
}

export const startScriptedProvider = async (): Promise<ScriptedProvider> => {
  const requests: IncomingMessage[] = []
  let script: Said[] = [saying(200)]
  const server = createServer((request, response) => {
    requests.push(request)
    const said = script.length > 1 ? script.shift() : script[0]
    said?.(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    say: (...next) => {
      script = next
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const testPolicy: ProviderCallPolicy = {
  timeoutMs: 5_000,
  retryWaitsMs: [1_000, 2_000, 3_000],
  longestWaitMs: 5_000,
  failuresToOpen: 5,
  openMs: 30_000,
}

export type TestClient = {
  readonly client: ProviderClient
  /** Milliseconds of each wait, none of which took any time. */
  readonly waits: readonly number[]
  readonly logged: readonly object[]
  move(ms: number): void
  now(): number
}

export const testClient = (
  policy: Partial<ProviderCallPolicy> = {},
  fetched = fetch,
  allowsHttp = true,
): TestClient => {
  const waits: number[] = []
  const logged: object[] = []
  let now = 1_700_000_000_000
  const note = (fields: object, message: string) => void logged.push({ ...fields, message })
  const log: Log = { debug: note, info: note, warn: note, error: note }
  const client = createProviderClient({
    id: 'discord',
    purpose: 'sign-in',
    allowsHttp,
    pauses: createPauses(() => now),
    policy: { ...testPolicy, ...policy },
    fetch: fetched,
    wait: async (ms) => {
      waits.push(ms)
      now += ms
    },
    now: () => now,
    log,
  })
  const move = (ms: number) => {
    now += ms
  }
  return { client, waits, logged, move, now: () => now }
}

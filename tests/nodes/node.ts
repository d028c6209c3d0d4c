// Nodes: real `vigile start` processes, and people who reach them over HTTP.
import { fileURLToPath } from 'node:url'
import { freePort } from '../services/place.ts'
import { type RunningProgram, runProgram, startProgram } from '../services/process.ts'
import { createVisitor, type Visitor } from '../support/visitor.ts'

const main = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url))
const requestMs = 30_000
// Programs start in half the time when they find what those before them compiled.
const compiled = fileURLToPath(new URL('../../node_modules/.cache/nodes', import.meta.url))

/** A file's first nodes may take so long to start: two cores, shared; slow is not broken. */
export const startMs = 300_000

/** What all nodes of one site say they are reached by, whatever port each listens on. */
const publicUrl = 'http://localhost:3000'

/** What every node makes its keys of, unless its environment says otherwise. */
const nodeSecret = 'nB7kQ2xWm4rZp8yLc1dHs5jTf9gEa3uVo6iXw0vQtRbUeJhYk-nodes-secret-01'

export type ServerNode = RunningProgram & {
  readonly url: string
  /** Sends it the request; rejects where no answer comes. */
  fetch(request: Request, peer?: { readonly address?: string | undefined }): Promise<Response>
}

type Reached = Pick<ServerNode, 'fetch'>

export type NodeSettings = {
  readonly database: string
  readonly redis?: string
  /** The program of another release. */
  readonly program?: string
  /** Further settings of its environment. */
  readonly environment?: Readonly<Record<string, string>>
}

/** What runs that line of the program. */
export const vigileProgram = (line: string, { database, redis, program = main, environment }: NodeSettings) => ({
  command: process.execPath,
  args: ['--conditions=@vigile/source', program, ...line.split(' ')],
  env: {
    PATH: process.env.PATH,
    LANG: 'C',
    NODE_COMPILE_CACHE: compiled,
    VIGILE_PUBLIC_URL: publicUrl,
    VIGILE_SECRET: nodeSecret,
    DATABASE_URL: database,
    ...(redis === undefined ? {} : { REDIS_URL: redis }),
    // Each visitor has an address of its own, as behind a load balancer.
    VIGILE_TRUSTED_PROXIES: '127.0.0.1,::1',
    // On a quick machine one person signs up more often in a minute than a limit allows an address.
    VIGILE_LIMITS_ALLOW: '10.0.0.0/8',
    LOG_LEVEL: 'warn',
    ...environment,
  },
})

/** Runs a command of the program to its end; rejects with what it printed when it fails. */
export const runVigile = (line: string, settings: NodeSettings): Promise<string> =>
  runProgram(vigileProgram(line, settings))

/** Starts a node, on a port of its own unless its environment says one. Ready when it says so. */
export const startNode = async (settings: NodeSettings): Promise<ServerNode> => {
  const port = settings.environment?.PORT ?? (await freePort())
  const { env, ...rest } = vigileProgram('start', settings)
  const running = await startProgram({ ...rest, env: { ...env, PORT: String(port) }, ready: /is ready |"msg":"ready"/ })
  const url = `http://127.0.0.1:${port}`
  return { ...running, url, fetch: fetchFrom(url) }
}

/** Sends requests to a node at that address. */
export const fetchFrom =
  (url: string): ServerNode['fetch'] =>
  async (request, { address } = {}) => {
    const headers = new Headers(request.headers)
    if (address !== undefined) headers.set('x-forwarded-for', address)
    const body = request.body === null ? null : await request.text()
    const { pathname, search } = new URL(request.url)
    return fetch(`${url}${pathname}${search}`, {
      method: request.method,
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(requestMs),
    })
  }

let visitors = 0

/** A new browser, at an address of its own; `at` says which node its next request reaches. */
export const newVisitor = (at: () => Reached, now: () => number = Date.now): Visitor => {
  visitors += 1
  const address = `10.${Math.floor(visitors / 62_500) % 250}.${Math.floor(visitors / 250) % 250}.${(visitors % 250) + 1}`
  return createVisitor({ vigile: at, publicUrl, now, address })
}

/** Another browser with a copy of its cookies. */
export const copyOf = (visitor: Visitor, at: () => Reached): Visitor => {
  const copy = newVisitor(at)
  copy.jar.restore(visitor.jar.snapshot())
  return copy
}

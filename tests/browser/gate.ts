// A proxy between browser and server on which anything can go wrong, as on real networks. It also serves a page with the
// client in it, and an application of its own under /shop that wants its visitors signed in.
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { pageHtml, pageScript } from './pages/bundle.ts'

/** What somebody else on the way says in the server's place. */
export type Answer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/**
 * What befalls a request. `cut`: it never reaches the server. `lost`: the server handles it, and the answer never arrives. `torn`:
 * the answer's head arrives with its cookies, its body does not. `slow`: it reaches the server only after that promise. `late`: the
 * server handles it now, the answer is delivered after that promise.
 */
export type Fate =
  | 'cut'
  | 'lost'
  | 'torn'
  | Answer
  | { readonly slow: Promise<void> }
  | { readonly late: Promise<void> }

export type Asked = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** What the server said; undefined while it has not been asked. */
  status?: number
  setCookies?: readonly string[]
}

/** Chooses the fate of a request; undefined: it goes through. */
export type Rule = (asked: Asked) => Fate | undefined

export type Gate = {
  readonly url: string
  /** From now on, until the next call. Without a rule all goes well. */
  rule(rule?: Rule): void
  /** Every request that came to the gate, by path. */
  asked(path: string): readonly Asked[]
  /** Those that the server has handled. */
  handled(path: string): readonly Asked[]
  forget(): void
  /** When nothing is under way but what is held back on purpose. */
  quiet(): Promise<void>
  /** How many requests are held back on purpose whose sender still waits. */
  held(): number
  close(): Promise<void>
}

type Reply = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly body: Buffer }

const bodyOf = async (stream: AsyncIterable<Buffer>): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}

/** Opens it on `port`, in front of the server on `serverPort`. */
export const openGate = async (port: number, serverPort: number): Promise<Gate> => {
  let rule: Rule = () => undefined
  let log: Asked[] = []
  let busy = 0
  let held = 0
  let idle: (() => void)[] = []

  const upstream = ({ method, path, headers, body }: Pick<Asked, 'method' | 'path' | 'headers' | 'body'>) =>
    new Promise<Reply>((resolve, reject) => {
      const asking = send({ host: '127.0.0.1', port: serverPort, method, path, headers }, (reply) => {
        bodyOf(reply).then(
          (text) => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: text }),
          reject,
        )
      })
      asking.on('error', reject)
      asking.end(body)
    })

  /** The application: it asks Vigile who is there, and says what it was sent. */
  const shop = async (asked: Asked): Promise<Reply> => {
    const { cookie = '', host } = asked.headers
    const me = await upstream({ method: 'GET', path: '/api/auth/me', headers: { cookie, host }, body: Buffer.alloc(0) })
    if (me.status !== 200) return me
    const { user } = JSON.parse(me.body.toString())
    const said = {
      by: user.email,
      method: asked.method,
      type: asked.headers['content-type'],
      body: asked.body.toString('base64'),
    }
    return json(200, said)
  }

  const reply = async (asked: Asked): Promise<Reply> => {
    if (asked.path === '/page') return text(pageHtml, 'text/html; charset=utf-8')
    if (asked.path === '/page.js') return text(await pageScript(), 'text/javascript')
    return asked.path.startsWith('/shop') ? shop(asked) : upstream(asked)
  }

  const pass = async (asked: Asked): Promise<Reply> => {
    const made = await reply(asked)
    asked.status = made.status
    asked.setCookies = made.headers['set-cookie'] ?? []
    return made
  }

  /** Waiting on purpose is not being busy. */
  const heldBack = async (until: Promise<void>, response: ServerResponse) => {
    let counts = !response.closed
    const noLonger = () => {
      if (counts) held -= 1
      counts = false
    }
    if (counts) held += 1
    response.once('close', noLonger)
    rest()
    try {
      await until
    } finally {
      noLonger()
      busy += 1
    }
  }
  const rest = () => {
    busy -= 1
    if (busy > 0) return
    for (const tell of idle) tell()
    idle = []
  }

  const undergo = async (asked: Asked, response: ServerResponse): Promise<void> => {
    const fate = rule(asked)
    if (fate === 'cut') return void response.destroy()
    if (fate === 'lost') {
      await pass(asked)
      return void response.destroy()
    }
    if (fate === 'torn') {
      const { status, headers, body } = await pass(asked)
      response.writeHead(status, { ...headers, 'content-length': body.length + 1 })
      response.write(body)
      // What was written has to leave before the connection goes.
      await new Promise((left) => setTimeout(left, 50))
      return void response.destroy()
    }
    if (fate && 'status' in fate) {
      response.writeHead(fate.status, fate.headers)
      return void response.end(fate.body)
    }
    if (fate && 'slow' in fate) await heldBack(fate.slow, response)
    const made = await pass(asked)
    if (fate && 'late' in fate) await heldBack(fate.late, response)
    response.writeHead(made.status, made.headers)
    response.end(made.body)
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    busy += 1
    try {
      const body = await bodyOf(request)
      const { method = 'GET', url: path = '/', headers } = request
      const asked: Asked = { method, path, headers, body }
      log.push(asked)
      await undergo(asked, response)
    } catch {
      // The browser went away, or the server did: there is nobody to tell.
      response.destroy()
    } finally {
      rest()
    }
  }
  const server = createServer((request, response) => void answer(request, response))
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))

  const of = (path: string) => log.filter((asked) => asked.path === path)
  return {
    url: `http://localhost:${port}`,
    rule: (next = () => undefined) => {
      rule = next
    },
    asked: of,
    handled: (path) => of(path).filter(({ status }) => status !== undefined),
    forget: () => {
      log = []
    },
    held: () => held,
    quiet: () => (busy > 0 ? new Promise((resolve) => idle.push(resolve)) : Promise.resolve()),
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

const json = (status: number, value: unknown): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(value)),
})

const text = (content: string, type: string): Reply => ({
  status: 200,
  headers: { 'content-type': type, 'cache-control': 'no-store' },
  body: Buffer.from(content),
})

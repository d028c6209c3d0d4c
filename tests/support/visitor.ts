// Someone with a browser: a jar, an origin, a CSRF token read from the jar as a page's script would.
import type { Vigile } from '@vigile/engine'
import { createJar, type Jar } from './jar.ts'

export type Reply = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any
  readonly setCookies: readonly string[]
}

export type Ask = {
  readonly body?: unknown
  /** Sent as it is, instead of `body`. */
  readonly raw?: BodyInit
  readonly headers?: Readonly<Record<string, string>>
  /** Replaces the whole Cookie header; null: none. */
  readonly cookie?: string | null
  /** Replaces the CSRF header; null: none. */
  readonly csrf?: string | null
  readonly origin?: string | null
  /** False: the answer is lost on the way, so its cookies do not land. */
  readonly lands?: boolean
}

export type Visitor = {
  readonly jar: Jar
  readonly address: string
  send(method: string, path: string, ask?: Ask): Promise<Reply>
  get(path: string, ask?: Ask): Promise<Reply>
  post(path: string, body?: unknown, ask?: Ask): Promise<Reply>
  signUp(email: string, password?: string): Promise<Reply>
  signIn(email: string, password?: string): Promise<Reply>
  refresh(body?: { retry?: string; settled?: string }, ask?: Ask): Promise<Reply>
  ack(body?: { settled?: string }, ask?: Ask): Promise<Reply>
  me(): Promise<Reply>
  /** The value of a cookie by its base name, whatever its prefix. */
  cookie(kind: 'access' | 'refresh' | 'csrf' | 'hint' | 'device' | 'pending'): string | undefined
}

/** A password that every policy accepts. */
export const goodPassword = 'quiet-harbour-lantern-42'

export const createVisitor = (input: {
  readonly vigile: () => Pick<Vigile, 'fetch'>
  readonly publicUrl: string
  readonly now: () => number
  readonly address: string
  readonly app?: string
}): Visitor => {
  const { vigile, publicUrl, address, app = 'vigile' } = input
  const jar = createJar(input.now)
  const named = (kind: string) =>
    jar.all().find((one) => one.name.replace(/^__(Host|Secure)-/, '') === `${app}_${kind}`)

  const send = async (method: string, path: string, ask: Ask = {}): Promise<Reply> => {
    const cookie =
      ask.cookie === undefined
        ? jar
            .for(path.split('?')[0] ?? path)
            .map((one) => `${one.name}=${one.value}`)
            .join('; ')
        : ask.cookie
    const csrf = ask.csrf === undefined ? (method === 'GET' ? null : (named('csrf')?.value ?? null)) : ask.csrf
    const origin = ask.origin === undefined ? (method === 'GET' ? null : publicUrl) : ask.origin
    const content = ask.raw ?? (ask.body === undefined ? null : JSON.stringify(ask.body))
    const headers = new Headers({
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      ...(cookie ? { cookie } : {}),
      ...(csrf ? { 'x-csrf-token': csrf } : {}),
      ...(origin ? { origin } : {}),
      ...(content === null ? {} : { 'content-type': 'application/json' }),
      ...ask.headers,
    })
    const init = content === null ? { method, headers } : { method, headers, body: content, duplex: 'half' }
    const response = await vigile().fetch(new Request(`${publicUrl}${path}`, init), { address })
    const setCookies = response.headers.getSetCookie()
    if (ask.lands !== false) jar.take(setCookies)
    const text = await response.text()
    const isJson = /json(;|$)/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== '' ? JSON.parse(text) : undefined,
      setCookies,
    }
  }

  const post = (path: string, body?: unknown, ask: Ask = {}) => send('POST', path, { body, ...ask })
  return {
    jar,
    address,
    send,
    get: (path, ask) => send('GET', path, ask),
    post,
    signUp: (email, password = goodPassword) => post('/api/auth/register', { email, password }),
    signIn: (email, password = goodPassword) => post('/api/auth/login', { email, password }),
    refresh: (body = {}, ask) => post('/api/auth/refresh', body, ask),
    ack: (body = {}, ask) => post('/api/auth/ack', body, ask),
    me: () => send('GET', '/api/auth/me'),
    cookie: (kind) => named(kind)?.value,
  }
}

// A browser that keeps sessions by itself (W3C Device Bound Session Credentials), in software: what Chromium 156 does, as far as
// a server can tell. It registers where a sign-in offers it, renews a cookie that is missing before it sends anything, answers
// challenges, and forgets a session at any refusal but 403.
import type { Site } from '../support/site.ts'
import { type Ask, goodPassword, type Reply, type Visitor } from '../support/visitor.ts'

export type Offer = { readonly path: string; readonly challenge: string; readonly algorithms: string }

export type Kept = {
  readonly id: string
  readonly refreshUrl: string
  readonly cookie: string
  readonly attributes: string
  readonly scope: unknown
}

export type WrongProof = {
  readonly header?: Record<string, unknown>
  readonly payload?: Record<string, unknown>
  readonly key?: CryptoKey
}

export type DbscBrowser = {
  readonly visitor: Visitor
  readonly jwk: JsonWebKey
  readonly privateKey: CryptoKey
  /** What it was told to keep; null where there is nothing, or no more. */
  kept(): Kept | null
  /** The challenge that it would sign next. */
  challenge(): string | undefined
  proof(challenge: string, wrong?: WrongProof & { readonly registers?: boolean }): Promise<string>
  /** Signs in or up, and registers where that is offered. */
  start(path: '/register' | '/login' | '/password/change', body: object): Promise<Reply>
  /** The registration request alone. */
  register(offer: Offer, ask?: Ask): Promise<Reply>
  /** A refresh with everything that follows from it; `lands`: whether its answer does. */
  refresh(ask?: Ask): Promise<Reply>
  /** One refresh request, with this proof or none, and nothing that follows. */
  ask(proof: string | null, ask?: Ask): Promise<Reply>
  /** A request of a page: the bound cookie is renewed first where it is missing. */
  send(method: string, path: string, ask?: Ask): Promise<Reply>
  /** The tab and its key are gone, the jar is not. */
  forget(): void
}

const maxChallenges = 5
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

export const offerOf = ({ headers }: Reply): Offer | null => {
  const form = /^\(([\w ]+)\);path="([^"]+)";challenge="([^"]+)"$/
  const [, algorithms, path, challenge] = form.exec(headers.get('secure-session-registration') ?? '') ?? []
  return algorithms && path && challenge ? { algorithms, path, challenge } : null
}

export const challengeOf = ({ headers }: Reply): { challenge: string; id: string } | null => {
  const [, challenge, id] = /^"([^"]+)";id="([^"]+)"$/.exec(headers.get('secure-session-challenge') ?? '') ?? []
  return challenge && id ? { challenge, id } : null
}

export const createDbscBrowser = async (visitor: Visitor, publicUrl: string): Promise<DbscBrowser> => {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', keys.publicKey)
  const jwk = { kty, crv, x, y } as JsonWebKey
  let kept: Kept | null = null
  let cached: string | undefined

  const proof: DbscBrowser['proof'] = async (challenge, wrong = {}) => {
    const { header = {}, payload = {}, key = keys.privateKey, registers = false } = wrong
    const first = { alg: 'ES256', typ: 'dbsc+jwt', ...(registers ? { jwk } : {}), ...header }
    const text = `${part(first)}.${part({ jti: challenge, ...payload })}`
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(text))
    return `${text}.${Buffer.from(signature).toString('base64url')}`
  }

  // It is the browser, not a page: no CSRF token.
  const post = (path: string, headers: Record<string, string>, ask: Ask) =>
    visitor.send('POST', path, { csrf: null, ...ask, headers: { ...headers, ...ask.headers } })

  const keep = (reply: Reply, url: string) => {
    const body = reply.body
    const attributes = body.credentials[0].attributes
    // As the browser does: a cookie that is not the one that was announced can't be kept.
    const line = reply.setCookies.find((one) => one.startsWith(`${body.credentials[0].name}=`)) ?? ''
    const set = line.split('; ').slice(1)
    if (set.filter((one) => !one.startsWith('Max-Age=')).join('; ') !== attributes) return
    kept = {
      id: body.session_identifier,
      refreshUrl: new URL(body.refresh_url, publicUrl + url).pathname,
      cookie: body.credentials[0].name,
      attributes,
      scope: body.scope,
    }
  }

  const register: DbscBrowser['register'] = async (offer, ask = {}) => {
    const response = await proof(offer.challenge, { registers: true })
    const reply = await post(offer.path, { 'secure-session-response': response }, ask)
    if (reply.status === 200 && ask.lands !== false) {
      keep(reply, offer.path)
      cached = challengeOf(reply)?.challenge ?? cached
    }
    return reply
  }

  const ask: DbscBrowser['ask'] = async (response, options = {}) => {
    const id = { 'sec-secure-session-id': kept?.id ?? '' }
    const proofs: Record<string, string> = response === null ? {} : { 'secure-session-response': response }
    const reply = await post(kept?.refreshUrl ?? '/api/auth/dbsc/refresh', { ...id, ...proofs }, options)
    const next = challengeOf(reply)
    if (options.lands !== false && next && next.id === kept?.id) cached = next.challenge
    return reply
  }

  const refresh: DbscBrowser['refresh'] = async (options = {}) => {
    for (let count = 0; ; count += 1) {
      const reply = await ask(cached === undefined ? null : await proof(cached), options)
      if (options.lands === false) return reply
      if (reply.status === 403 && challengeOf(reply) && count < maxChallenges) continue
      const isOver = reply.status >= 300 && reply.status < 500
      if (isOver || reply.body?.continue === false) kept = null
      else if (reply.status === 200 && reply.body?.credentials) keep(reply, kept?.refreshUrl ?? '')
      return reply
    }
  }

  return {
    visitor,
    jwk,
    privateKey: keys.privateKey,
    kept: () => kept,
    challenge: () => cached,
    proof,
    register,
    refresh,
    ask,
    start: async (path, body) => {
      const reply = await visitor.post(`/api/auth${path}`, body)
      const offer = offerOf(reply)
      if (offer) await register(offer)
      return reply
    },
    send: async (method, path, options = {}) => {
      if (kept && visitor.jar.get(kept.cookie) === undefined) await refresh()
      return visitor.send(method, path, options)
    },
    forget: () => {
      kept = null
      cached = undefined
    },
  }
}

let people = 0

export type Owner = { readonly browser: DbscBrowser; readonly email: string; readonly started: Reply }

/** Someone who has signed up in such a browser. Their session is `registered`, and bound from the first refresh on. */
export const signUpInDbsc = async (site: Site): Promise<Owner> => {
  people += 1
  const email = `dbsc-${people}-${site.now()}@example.com`
  const browser = await createDbscBrowser(site.visitor(), site.publicUrl)
  const started = await browser.start('/register', { email, password: goodPassword })
  return { browser, email, started }
}

/** The same, with a key that has proven itself: 70 s after the sign-up. */
export const signUpBoundInDbsc = async (site: Site): Promise<Owner> => {
  const owner = await signUpInDbsc(site)
  site.move(70_000)
  await owner.browser.refresh()
  return owner
}

/** Another browser, at another address, with all that this one's jar holds. */
export const copyOf = async (site: Site, { browser }: Owner): Promise<Visitor> => {
  const thief = site.visitor()
  thief.jar.restore(browser.visitor.jar.snapshot())
  return thief
}

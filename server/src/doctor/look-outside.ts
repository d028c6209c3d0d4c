// What a stranger sees of a deployment.
import { randomBytes } from 'node:crypto'
import type { RouteDescription } from '@vigile/engine'
import type { Answer, Ask } from './ask.ts'
import type { NoAnswer, Outside, Seen } from './facts.ts'
import { type Credentials, visit } from './visit.ts'

/** RFC 5737: an address that nobody has. */
const forgedAddress = '192.0.2.66'
const strangerOrigin = 'https://stranger.example'
const defaultMetricsPort = 9464

export type Looking = {
  readonly url: URL
  readonly ask: Ask
  readonly authPath: string
  readonly signInPath: string
  readonly metricsPort: number | undefined
  readonly routes: readonly RouteDescription[]
  /** An account that was made for it; null: none. */
  readonly credentials: Credentials | null
  /** The address on record for the refused sign-in of that request; null where the record is out of reach. */
  readonly countedFor: (requestId: string) => Promise<string | null>
  readonly onProgress: (done: number, of: number) => void
}

export const lookOutside = async (looking: Looking): Promise<Outside> => {
  const { url } = looking
  return { url: url.origin, seen: await look(looking).catch((error: unknown) => whyNot(error)) }
}

/** Node puts what happened at each address into a list, and says nothing itself. */
const whyNot = (error: unknown): NoAnswer => {
  const { message, code, errors } = error as Error & { code?: string; errors?: readonly Error[] }
  return { why: message || errors?.[0]?.message || (code ?? 'no answer'), code: code ?? null }
}

const look = async (looking: Looking): Promise<Seen> => {
  const { url, ask, authPath, signInPath, routes, credentials, onProgress } = looking
  const metricsPort = looking.metricsPort ?? defaultMetricsPort
  const at = (path: string) => new URL(path, url)
  const guarded = routes.filter(({ method, guard }) => method === 'GET' && guard !== 'anyone')
  const steps = guarded.length + 8
  let done = 0
  const step = async <Value>(work: Promise<Value>): Promise<Value> => {
    onProgress(done++, steps)
    return work
  }
  const page = await step(ask(at(signInPath), { headers: { accept: 'text/html' } }))
  const csrf = await step(ask(at(`${authPath}/csrf`)))
  const foreign = await step(ask(at(`${authPath}/csrf`), { headers: { origin: strangerOrigin } }))
  const plain = await step(askPlain(looking))
  const ready = await step(ask(at('/health/ready')))
  const metricsAt = await step(findMetrics(looking, metricsPort))
  // Before a failure is on record that limits might hold against it.
  const visited = await step(credentials === null ? Promise.resolve(null) : visit(looking, credentials))
  const forged = await step(forge(looking))
  const unguarded: string[] = []
  for (const { path } of guarded) {
    const { status } = await step(ask(at(path.replaceAll(/\{\w+\}/g, 'A'.repeat(22)))))
    if (status >= 200 && status < 300) unguarded.push(`GET ${path}`)
  }
  const tls = url.protocol === 'https:' ? { takesOld: await takesOldTls(looking), certificate: page.certificate } : null
  return {
    ...{ page, csrf, foreign, strangerOrigin, plain, tls, metricsPort, metricsAt, unguarded, visit: visited },
    readyStatus: ready.status,
    parts: partsIn(ready),
    guardedRoutes: guarded.length,
    forged: { address: forgedAddress, counted: await forged.counted, local: page.local, remote: page.remote },
  }
}

const orNull = (work: Promise<Answer>): Promise<Answer | null> => work.catch(() => null)

const askPlain = async ({ url, ask, signInPath }: Looking): Promise<Answer | null> =>
  url.protocol === 'https:' && url.port === '' ? orNull(ask(new URL(signInPath, `http://${url.hostname}`))) : null

const partsIn = ({ body }: Answer): Readonly<Record<string, string>> => {
  try {
    const { parts } = JSON.parse(body) as { parts?: Record<string, string> }
    return typeof parts === 'object' && parts !== null ? parts : {}
  } catch {
    return {}
  }
}

const takesOldTls = async ({ url, ask }: Looking): Promise<boolean> =>
  (await orNull(
    // What this machine would not offer by itself is just what is asked about.
    ask(url, { method: 'HEAD', minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  )) !== null

const findMetrics = async ({ url, ask }: Looking, port: number): Promise<readonly string[]> => {
  const own = new URL(`http://${url.hostname}:${port}/metrics`)
  const found: string[] = []
  for (const address of [new URL('/metrics', url), ...(port === 0 ? [] : [own])]) {
    const answer = await orNull(ask(address))
    // Who asks on the same machine gets to what is open to that machine alone.
    const isHere = address === own && /^(127\.|::1$)/.test(answer?.remote ?? '')
    if (answer?.status === 200 && answer.body.includes('# HELP ') && !isHere) found.push(address.href)
  }
  return found
}

/** A sign-in that must fail, with a header that says it comes from elsewhere: it is on record with the address that counted. */
const forge = async ({ url, ask, authPath, countedFor }: Looking) => {
  const answer = await ask(new URL(`${authPath}/login`, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': forgedAddress },
    body: JSON.stringify({
      email: `doctor-${randomBytes(8).toString('hex')}@vigile.invalid`,
      password: randomBytes(24).toString('base64url'),
    }),
  })
  const id = answer.headers['x-request-id']
  return { counted: typeof id === 'string' ? countedFor(id) : Promise.resolve(null) }
}

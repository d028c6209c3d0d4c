// One request to Vault, over node:http: `fetch` takes no certificate authority of one's own.
import * as http from 'node:http'
import * as https from 'node:https'
import type { Environment } from '../configuration/environment.ts'
import { readSecretFile } from './secret-files.ts'

const answerWithinMs = 5_000
const maxBytes = 1_048_576

export type VaultRequest = {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Present: it is posted, as JSON. */
  readonly body?: object | undefined
}

/**
 * The status and text of its answer. An answer that leads elsewhere is one like others: the token goes nowhere else. Where `VAULT_CACERT`
 * names a file, the authorities in it vouch for Vault, and no others.
 */
export const requestVault = async (
  environment: Environment,
  { path, headers, body }: VaultRequest,
): Promise<{ readonly status: number; readonly text: string }> => {
  const url = new URL(`${addressOf(environment)}/v1/${path}`)
  const ca = url.protocol === 'https:' ? await authoritiesOf(environment) : undefined
  const content = body && Buffer.from(JSON.stringify(body))
  const answer = async () => {
    const response = await send(url, content, {
      method: content ? 'POST' : 'GET',
      headers: { ...headers, ...(content && { 'content-length': content.length }) },
      signal: AbortSignal.timeout(answerWithinMs),
      ...(ca !== undefined && { ca }),
    })
    return { status: response.statusCode ?? 0, text: await textOf(response) }
  }
  const { status, text } = await answer().catch(({ code, name }: NodeJS.ErrnoException) => {
    // Its message may hold a header, the token with it.
    throw new Error(`Vault can't be reached (${code ?? name})`)
  })
  if (text === null) throw new Error('Vault answers with more than a secret')
  return { status, text }
}

const send = (url: URL, content: Buffer | undefined, options: https.RequestOptions): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http
    request(url, options, resolve).on('error', reject).end(content)
  })

const addressOf = ({ VAULT_ADDR, NODE_ENV }: Environment): string => {
  const url = URL.parse(VAULT_ADDR ?? '')
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('VAULT_ADDR is not the address of a Vault')
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (NODE_ENV === 'production' && url.protocol === 'http:' && !isLoopback)
    throw new Error('VAULT_ADDR is plain http: use https, or an agent on this machine')
  return url.href.replace(/\/+$/, '')
}

/** Read each time: it may be renewed. */
const authoritiesOf = async ({ VAULT_CACERT: file }: Environment): Promise<string | undefined> => {
  if (!file) return undefined
  const text = await readSecretFile(file).catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`VAULT_CACERT can't be read (${code})`)
  })
  // Without one, nothing would be checked against it, and it would not be said.
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error('VAULT_CACERT has no certificate in it')
  return text
}

/** Null: it is too long. */
const textOf = async (response: http.IncomingMessage): Promise<string | null> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

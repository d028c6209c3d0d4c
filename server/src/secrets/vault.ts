// HashiCorp Vault, key/value engine of version 2, over its HTTP API: there is no client of its maker's for JavaScript.
import { z } from 'zod'
import type { Environment } from '../configuration/environment.ts'
import { type Content, parseJson, type Source } from './content.ts'
import { type AskVault, createVaultTokens } from './vault-tokens.ts'

const answerWithinMs = 5_000
const maxBytes = 1_048_576

/** A refusal: 403 is for a token that has ended, or may not read this. */
class VaultRefusal extends Error {
  readonly status: number
  constructor(status: number) {
    super(`Vault answers ${status}${whys[status] ?? ''}`)
    this.status = status
  }
}
const whys: Readonly<Record<number, string>> = {
  400: ' (the request, or the sign-in, is not good)',
  403: ' (the token may not read this)',
  404: ' (nothing is there: the path is MOUNT/data/NAME)',
  503: ' (it is sealed, or in maintenance)',
}

const secret = z.object({
  lease_duration: z.number().min(0),
  data: z.object({ data: z.record(z.string(), z.unknown()) }),
})

export const createVault = (): Source => {
  const tokens = createVaultTokens(askVault)
  return async (place, environment): Promise<Content> => {
    const read = async () => askVault(environment, { path: place, token: await tokens.take(environment) })
    const answer = await read().catch((error: unknown) => {
      // The token may have been revoked before its time: once more, with another one.
      if (!(error instanceof VaultRefusal && error.status === 403 && tokens.forget())) throw error
      return read()
    })
    const { success, data: kept } = secret.safeParse(answer)
    if (!success) throw new Error('it is no secret of the key/value engine, version 2')
    return { content: kept.data.data, leaseSeconds: kept.lease_duration || null }
  }
}

const askVault: AskVault = async (environment, { path, token, body }) => {
  const response = await fetch(`${addressOf(environment)}/v1/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      // Asked for by an agent that is set up so, against forged requests of others on its machine.
      'x-vault-request': 'true',
      ...(token && { 'x-vault-token': token }),
      ...(environment.VAULT_NAMESPACE && { 'x-vault-namespace': environment.VAULT_NAMESPACE }),
    },
    ...(body && { body: JSON.stringify(body) }),
    // The token goes nowhere else.
    redirect: 'error',
    signal: AbortSignal.timeout(answerWithinMs),
  }).catch((cause: Error & { cause?: NodeJS.ErrnoException }) => {
    // Its message may hold a header, the token with it.
    throw new Error(`Vault can't be reached (${cause.cause?.code ?? cause.name})`)
  })
  if (!response.ok) {
    await response.body?.cancel()
    throw new VaultRefusal(response.status)
  }
  return parseJson(await textOf(response))
}

const addressOf = ({ VAULT_ADDR, NODE_ENV }: Environment): string => {
  const url = URL.parse(VAULT_ADDR ?? '')
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('VAULT_ADDR is not the address of a Vault')
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (NODE_ENV === 'production' && url.protocol === 'http:' && !isLoopback)
    throw new Error('VAULT_ADDR is plain http: use https, or an agent on this machine')
  return url.href.replace(/\/+$/, '')
}

const textOf = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new Error('Vault answers with more than a secret')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

// HashiCorp Vault, key/value engine of version 2, over its HTTP API: there is no client of its maker's for JavaScript.
import { z } from 'zod'
import { type Content, parseJson, type Source } from './content.ts'
import { requestVault } from './vault-request.ts'
import { type AskVault, createVaultTokens } from './vault-tokens.ts'

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
  const { status, text } = await requestVault(environment, {
    path,
    body,
    headers: {
      // Asked for by an agent that is set up so, against forged requests of others on its machine.
      'x-vault-request': 'true',
      ...(token && { 'x-vault-token': token }),
      ...(environment.VAULT_NAMESPACE && { 'x-vault-namespace': environment.VAULT_NAMESPACE }),
    },
  })
  if (status < 200 || status > 299) throw new VaultRefusal(status)
  return parseJson(text)
}

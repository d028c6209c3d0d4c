// The token that Vault is asked with: given, kept by an agent in a file, or signed in for.
import { z } from 'zod'
import type { Environment } from '../configuration/environment.ts'
import { readSecretFile } from './secret-files.ts'

/** Where Kubernetes puts what a pod proves itself with. */
const podToken = '/var/run/secrets/kubernetes.io/serviceaccount/token'
/** A given token that could not be renewed is tried again so much later. */
const renewAgainMs = 60_000

export type AskVault = (
  environment: Environment,
  ask: { readonly path: string; readonly token?: string; readonly body?: object },
) => Promise<unknown>

const signedIn = z.object({
  auth: z.object({ client_token: z.string().min(1), lease_duration: z.number(), renewable: z.boolean() }),
})

/** `forget`: the one that was signed in for is of no use; false where there is no other one to be had. */
export const createVaultTokens = (
  ask: AskVault,
): { take(environment: Environment): Promise<string>; forget(): boolean } => {
  let own: { readonly token: string; readonly until: number } | null = null
  let renewAt = 0

  /** A token that came with a life is kept alive by half of it. What can't be renewed is used until it ends. */
  const renew = async (environment: Environment, token: string) => {
    if (performance.now() < renewAt) return
    renewAt = performance.now() + renewAgainMs
    const answer = await ask(environment, { path: 'auth/token/renew-self', token, body: {} }).catch(() => null)
    const { data } = signedIn.safeParse(answer)
    if (data)
      renewAt = data.auth.renewable ? performance.now() + data.auth.lease_duration * 500 : Number.POSITIVE_INFINITY
  }

  const signIn = async (environment: Environment): Promise<string> => {
    if (own && performance.now() < own.until) return own.token
    const { path, body } = await credentials(environment)
    const { data } = signedIn.safeParse(await ask(environment, { path: `auth/${path}/login`, body }))
    if (!data) throw new Error('Vault signs in with an answer that makes no sense')
    const { client_token: token, lease_duration: seconds } = data.auth
    // 0: it does not end. Another one is there before this one ends.
    own = { token, until: seconds === 0 ? Number.POSITIVE_INFINITY : performance.now() + seconds * 667 }
    return token
  }

  return {
    take: async (environment) => {
      const { VAULT_TOKEN: given, VAULT_TOKEN_FILE: file } = environment
      if (file) return (await readSecretFile(file)).trim()
      if (!given) return signIn(environment)
      await renew(environment, given)
      return given
    },
    forget: () => {
      const hadOne = own !== null
      own = null
      return hadOne
    },
  }
}

const credentials = async (environment: Environment): Promise<{ readonly path: string; readonly body: object }> => {
  const { VAULT_ROLE_ID, VAULT_SECRET_ID, VAULT_SECRET_ID_FILE, VAULT_ROLE, VAULT_JWT_FILE, VAULT_AUTH_PATH } =
    environment
  if (VAULT_ROLE_ID) {
    const secret = VAULT_SECRET_ID_FILE ? (await readSecretFile(VAULT_SECRET_ID_FILE)).trim() : VAULT_SECRET_ID
    return {
      path: VAULT_AUTH_PATH || 'approle',
      body: { role_id: VAULT_ROLE_ID, ...(secret && { secret_id: secret }) },
    }
  }
  if (!VAULT_ROLE) throw new Error('there is no VAULT_TOKEN, VAULT_TOKEN_FILE, VAULT_ROLE_ID or VAULT_ROLE')
  const jwt = (await readSecretFile(VAULT_JWT_FILE || podToken)).trim()
  return { path: VAULT_AUTH_PATH || 'kubernetes', body: { role: VAULT_ROLE, jwt } }
}

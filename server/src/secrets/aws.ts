// AWS Secrets Manager, by Amazon's own client, which finds credentials and region as all of its tools do.
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { Source } from './content.ts'

const answerWithinMs = 8_000

export const createAws = (): Source => {
  const clients = new Map<string, SecretsManagerClient>()
  return async (place) => {
    // Loaded by whoever keeps a secret there, and by nobody else.
    const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager')
    // An ARN says its region.
    const region = place.startsWith('arn:') ? place.split(':')[3] : undefined
    const client = clients.get(region ?? '') ?? new SecretsManagerClient({ ...(region && { region }), maxAttempts: 2 })
    clients.set(region ?? '', client)
    const command = new GetSecretValueCommand({ SecretId: place })
    const { SecretString: text } = await client
      .send(command, { abortSignal: AbortSignal.timeout(answerWithinMs) })
      .catch((error: NodeJS.ErrnoException) => {
        throw new Error(`AWS: ${whyOf(error)}`)
      })
    return { content: text, leaseSeconds: null }
  }
}

/** Messages of the client itself. One of the service may hold what was signed, and with that a session's token. */
const whyOf = ({ code, name, message }: NodeJS.ErrnoException): string =>
  code ?? (['Error', 'CredentialsProviderError'].includes(name) ? message : name)

// AWS Secrets Manager as far as Amazon's own client asks it (JSON 1.1, `GetSecretValue`).
import { randomUUID } from 'node:crypto'
import { type StandIn, startStandIn } from '../providers/stand-in.ts'

export type StandInAws = StandIn & {
  /** A new version; null: none any more. */
  put(name: string, text: string | null): void
  /** What the environment of a program must say to reach it. */
  readonly environment: Readonly<Record<string, string>>
}

const accessKey = 'AKIAIOSFODNN7EXAMPLE'

export const startAws = async (): Promise<StandInAws> => {
  const kept = new Map<string, string>()
  const refusal = (type: string) => ({ status: 400, body: { __type: type, message: type } })
  const server = await startStandIn(() => ({
    endpoints: [
      {
        name: 'read',
        route: /^POST \/$/,
        answer: ({ headers, body }) => {
          const isSigned = headers.authorization?.startsWith(`AWS4-HMAC-SHA256 Credential=${accessKey}/`)
          if (!isSigned || headers['x-amz-target'] !== 'secretsmanager.GetSecretValue')
            return refusal('UnrecognizedClientException')
          const { SecretId: id } = JSON.parse(body) as { SecretId: string }
          const name = id.replace(/^arn:.*:secret:(.*)-\w{6}$/, '$1')
          const text = kept.get(name)
          if (text === undefined) return refusal('ResourceNotFoundException')
          const version = { VersionId: randomUUID(), VersionStages: ['AWSCURRENT'], CreatedDate: Date.now() / 1000 }
          return { status: 200, body: { ARN: id, Name: name, SecretString: text, ...version } }
        },
      },
    ],
    notFound: refusal('UnknownOperationException'),
    headers: () => ({ 'content-type': 'application/x-amz-json-1.1' }),
  }))
  return {
    ...server,
    put: (name, text) => void (text === null ? kept.delete(name) : kept.set(name, text)),
    environment: {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url,
      AWS_REGION: 'eu-west-3',
      AWS_ACCESS_KEY_ID: accessKey,
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    },
  }
}

// Authentication, configured once: `../vigile.config.ts`, and what differs between deployments from the environment.
import { readFileSync } from 'node:fs'
import { createVigile, developmentSecret, type Secrets } from '@vigile/engine'
import settings from '../vigile.config.ts'
import { environment } from './environment.ts'

/** Problem 11. From a file (Docker, Kubernetes, an agent of Vault) it is read again every few seconds: no restart, nobody is logged out. */
const secrets = (): Secrets | undefined => {
  const { VIGILE_SECRET: text, VIGILE_SECRET_FILE: file } = process.env
  if (file !== undefined) return () => readFileSync(file, 'utf8').split(/[\n,]/).filter(Boolean)
  return text ?? (environment.isProduction ? undefined : developmentSecret())
}

export const auth = createVigile({
  ...settings,
  publicUrl: environment.publicUrl,
  secrets: secrets(),
  database: environment.database,
  redis: process.env.REDIS_URL,
  trustedProxies: environment.trustedProxies,
})

// Authentication, configured once: `../vigile.config.ts`, and what differs between deployments from the environment.
import { createVigile, developmentSecret } from '@vigile/engine'
import settings, { type permissions } from '../vigile.config.ts'
import { environment } from './environment.ts'

// From here on a misspelt permission does not compile (src/misspelt.ts).
declare module '@vigile/contract' {
  interface Register {
    permissions: typeof permissions
  }
}

export const auth = createVigile({
  ...settings,
  publicUrl: environment.publicUrl,
  secrets: process.env.VIGILE_SECRET ?? (environment.isProduction ? undefined : developmentSecret()),
  database: process.env.DATABASE_URL,
  redis: process.env.REDIS_URL,
  trustedProxies: environment.trustedProxies,
  mail: { url: process.env.SMTP_URL },
  alerts: { mailTo: environment.alertMail },
})

// The program as people run it, built, in production, with everything on: access log, limits, security headers.
// Only the ceilings of the limits are out of reach, so that they count each request and refuse none.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultRules } from '../../engine/src/limits/rules.ts'
import { runProgram } from '../../tests/services/process.ts'
import { requestText } from '../measure/load.ts'
import { type Server, startServer } from './server.ts'

export type Stores = { readonly database: string; readonly redis?: string | undefined }

export const secret = 'kVq3nT8xWm2rZp6yLc9dHs4jBf7gEa1uNo5iXw0vQtRbUeJhYk-bench-secret-1'
/** As behind a proxy that ends TLS: secure cookies, HSTS. */
export const publicUrl = 'https://bench.example.com'
const program = join(import.meta.dirname, '../../server/bin/vigile.js')

const environmentOf = ({ database, redis }: Stores) => ({
  VIGILE_PUBLIC_URL: publicUrl,
  VIGILE_SECRET: secret,
  DATABASE_URL: database,
  ...(redis === undefined ? {} : { REDIS_URL: redis }),
})

const writeConfig = (folder: string) => {
  const rules = Object.keys(defaultRules).map((name) => [name, { limit: 1_000_000_000, windowSeconds: 3600 }])
  const off = { signInAny: null, signUpEmail: null }
  const config = {
    host: '127.0.0.1',
    trustedProxies: ['127.0.0.1'],
    accounts: { verifyEmail: false },
    limits: { rules: { ...Object.fromEntries(rules), ...off } },
  }
  writeFileSync(join(folder, 'vigile.config.mjs'), `export default ${JSON.stringify(config)}\n`)
}

/** What runs that line of the program. */
export const vigileCommand = (line: string, stores: Stores) => ({
  command: process.execPath,
  args: [program, ...line.split(' ')],
  env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'warn', ...environmentOf(stores) },
})

/** A command of the program, to its end; what it prints. */
export const runVigile = (line: string, stores: Stores): Promise<string> => runProgram(vigileCommand(line, stores))

export const migrate = async (stores: Stores): Promise<void> => void (await runVigile('migrate', stores))

/** `asking`: what is asked until it is answered. `flags`: Node's own, to profile. */
export const startVigile = (
  folder: string,
  stores: Stores,
  {
    asking = requestText('GET', '/health/ready', {}),
    flags = [],
  }: { readonly asking?: string; readonly flags?: readonly string[] } = {},
): Promise<Server> => {
  writeConfig(folder)
  return startServer({
    command: [...flags, program, 'start'],
    environment: environmentOf(stores),
    folder,
    firstRequest: asking,
  })
}

#!/usr/bin/env node
// Builds what is stale, and starts Next. All that it needs it makes by itself, or is told by the environment: PORT, DATABASE_URL,
// REDIS_URL, VIGILE_SECRET, VIGILE_PUBLIC_URL, VIGILE_TRUSTED_PROXIES, DEMO_PASSWORD.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fingerprintOf, rememberBuild, wasBuiltFrom } from '../../scripts/stale.mjs'

const here = import.meta.dirname
const next = createRequire(import.meta.url).resolve('next/dist/bin/next')

/** Next, with the same options of Node as this program. */
const runNext = (args: readonly string[], env: NodeJS.ProcessEnv, stdio: 'pipe' | 'inherit'): ChildProcess =>
  spawn(process.execPath, [...process.execArgv, next, ...args], {
    cwd: here,
    env: { ...env, NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', stdio, 'inherit'],
  })

const build = async (): Promise<void> => {
  const sources = ['app', 'components', 'lib', 'instrumentation.ts', 'proxy.ts', 'next.config.ts', 'linked-engine.js']
  const own = sources.map((name) => `examples/next-catalogue/${name}`)
  const fingerprint = fingerprintOf([...own, 'adapters/next/src', 'client/src', 'contract/src', 'package-lock.json'])
  if (existsSync(join(here, '.next/BUILD_ID')) && wasBuiltFrom('next-catalogue', fingerprint)) return
  console.log('· Building the catalogue')
  // One that fails leaves half of itself behind, and must not pass for the one before.
  rememberBuild('next-catalogue', 'under way')
  const child = runNext(['build'], { ...process.env, NODE_ENV: 'production' }, 'pipe')
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`next build failed\n${said}`)
  rememberBuild('next-catalogue', fingerprint)
}

/** Made at the first start, and kept. */
const kept = (name: string): string => {
  const file = join(here, 'data', name)
  try {
    return readFileSync(file, 'utf8')
  } catch {
    mkdirSync(join(here, 'data'), { recursive: true })
    writeFileSync(file, randomBytes(48).toString('base64url'), { mode: 0o600 })
    return readFileSync(file, 'utf8')
  }
}

await build()
const port = Number(process.env.PORT ?? 3003)
const url = `http://localhost:${port}`
const isTrial = !process.env.VIGILE_SECRET
/** A trial has people to be. */
const password = isTrial && !process.env.DEMO_PASSWORD ? kept('demo-password').slice(0, 20) : undefined
const env = {
  ...process.env,
  NODE_ENV: 'production' as const,
  VIGILE_PUBLIC_URL: process.env.VIGILE_PUBLIC_URL ?? url,
  VIGILE_SECRET: process.env.VIGILE_SECRET ?? kept('secret'),
  DATABASE_URL: process.env.DATABASE_URL ?? `file:${join(here, 'data', 'vigile.db')}`,
  ...(password && { DEMO_PASSWORD: password }),
}
const server = runNext(['start', '--hostname', '127.0.0.1', '--port', String(port)], env, 'inherit')
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill(signal))
process.on('exit', () => server.kill('SIGKILL'))
server.once('close', (code) => process.exit(code === 143 || code === 130 ? 0 : (code ?? 1)))

// Ready when a request is answered, and not before its tables are there.
const isReady = () =>
  fetch(`http://127.0.0.1:${port}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  )
for (const patience = Date.now() + 300_000; !(await isReady()); ) {
  if (Date.now() > patience) throw new Error('Next did not get ready: what it said stands above')
  await new Promise((resolve) => setTimeout(resolve, 100))
}
console.log(`Catalogue is ready  ${url}`)
if (password) console.log(`  people  user@example.com, editor@example.com, admin@example.com  password ${password}`)

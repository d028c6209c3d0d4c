#!/usr/bin/env node
// `npm start`: builds what is stale, starts a Discord where none is set, then the application.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprintOf, rememberBuild, wasBuiltFrom } from '../../scripts/stale.mjs'
import { startLocalDiscord } from './discord/start.ts'

const here = import.meta.dirname
const bin = join(here, '../../node_modules/.bin')

process.chdir(here)
const front = ['front', 'permissions.ts', 'angular.json', 'tsconfig.front.json'].map(
  (name) => `examples/discord-dashboard/${name}`,
)
const packages = ['adapters/angular/src', 'client/src', 'contract/src', 'sanitize/src']
const fingerprint = fingerprintOf([...front, ...packages, 'package-lock.json'])
const isBuilt = existsSync('dist/front/index.html') && wasBuiltFrom('discord-dashboard', fingerprint)
run('tsc', ['-b'])
if (!isBuilt) {
  run('ng', ['build', '--progress=false'])
  rememberBuild('discord-dashboard', fingerprint)
}

const port = process.env.PORT ?? '3002'
const publicUrl = process.env.VIGILE_PUBLIC_URL ?? `http://localhost:${port}`
if (process.env.DISCORD_CLIENT_ID === undefined) Object.assign(process.env, await startLocalDiscord(publicUrl))

await import(new URL('dist/back/back/main.js', import.meta.url).href)

/** Says nothing where nothing is wrong. */
function run(program: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(bin, program), ...args], { encoding: 'utf8' })
  if (status === 0) return
  console.error(`${stdout}${stderr}`)
  process.exit(status ?? 1)
}

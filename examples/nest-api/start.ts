#!/usr/bin/env node
// `npm start`: compiles what is stale, for decorators need a compiler, then starts the application.
import { spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'

process.chdir(import.meta.dirname)
const tsc = join(import.meta.dirname, '../../node_modules/.bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-b'], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)

// The public URL, which the engine is made with, has the port in it: any free one is chosen now.
if (process.env.PORT === '0') process.env.PORT = String(await freePort())

await import(new URL('dist/src/main.js', import.meta.url).href)

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

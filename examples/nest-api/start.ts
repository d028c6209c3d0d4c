#!/usr/bin/env node
// `npm start`: compiles what is stale, for decorators need a compiler, then starts the application.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

process.chdir(import.meta.dirname)
const tsc = join(import.meta.dirname, '../../node_modules/.bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-b'], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)

await import(new URL('dist/src/main.js', import.meta.url).href)

#!/usr/bin/env node
// `npm run check`: all that can be said about the code without running it, one line a step.
// Called by its path, so that on a fresh clone it runs on the Node that ready.mjs has just installed.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { breachesIn } from '../tests/architecture/rules.ts'
import { packageFolders, readSources } from '../tests/architecture/sources.ts'

interface Outcome {
  ok: boolean
  output: string
}

interface Step {
  name: string
  run: () => Promise<Outcome>
}

const steps: Step[] = [
  // First: publint looks at what it builds.
  command('types of the packages', 'tsc -b'),
  command('types of the Angular adapter', 'npm run --silent build --workspace=@vigile/angular'),
  command('types of the tests', 'tsc -p tests'),
  ...(existsSync('console/tsconfig.json') ? [command('types of the console', 'tsc -p console --noEmit')] : []),
  ...examplesWithTypes().map((folder) => command(`types of ${folder}`, `tsc -p ${folder}`)),
  command('format and lint', 'biome check --error-on-warnings --diagnostic-level=warn .'),
  command('promises and switches', 'oxlint --type-aware --deny-warnings'),
  command('lock file', 'scripts/complete-lock.mjs --check'),
  command('nothing unused', 'knip --no-progress'),
  command('size of the client', 'node client/size.mjs'),
  command('size of the React adapter', 'node adapters/react/size.mjs'),
  { name: 'architecture', run: async () => architecture() },
  ...packageFolders()
    .filter(isPublished)
    .map((folder) => command(`package ${folder}`, `publint run ${folder} --strict`)),
]

const failed: string[] = []
await runStep(steps[0] as Step)
const waiting = steps.slice(1)
// Two at a time: more gains nothing on two cores.
await Promise.all([runWaiting(), runWaiting()])
if (failed.length > 0) {
  console.error(`\nfailed: ${failed.join(', ')}`)
  process.exitCode = 1
}

async function runWaiting(): Promise<void> {
  for (let step = waiting.shift(); step; step = waiting.shift()) await runStep(step)
}

async function runStep({ name, run }: Step): Promise<void> {
  const start = performance.now()
  const { ok, output } = await run()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name}  ${seconds} s`)
  if (ok) return
  failed.push(name)
  console.log(output.trimEnd())
}

function command(name: string, line: string): Step {
  const [program = '', ...args] = line.split(' ')
  const run = () =>
    new Promise<Outcome>((resolve) => {
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString()
        })
      }
      child.once('error', (error) => resolve({ ok: false, output: `${line}: ${error.message}` }))
      child.once('close', (code) => resolve({ ok: code === 0, output }))
    })
  return { name, run }
}

/** Those that this TypeScript can check; each says for itself what its permissions are. */
function examplesWithTypes(): string[] {
  return packageFolders().filter((folder) => folder.startsWith('examples/') && existsSync(`${folder}/tsconfig.json`))
}

function architecture(): Outcome {
  const breaches = breachesIn(readSources(packageFolders()))
  return { ok: breaches.length === 0, output: breaches.join('\n') }
}

function isPublished(folder: string): boolean {
  const { private: isPrivate } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { private?: boolean }
  return !isPrivate
}

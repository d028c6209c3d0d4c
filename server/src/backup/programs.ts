// PostgreSQL's own programs: which one, whom it trusts, what it says when it fails.
import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { promisify } from 'node:util'
import type { Bytes } from './envelope.ts'
import { keepAuthorities } from './libpq-connection.ts'

const run = promisify(execFile)

export type Program = {
  readonly path: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** Whom it trusts to vouch for the server. */
  readonly authorities?: string | null
}

class ProgramMissingError extends Error {
  constructor(name: string, major: number) {
    super(
      `${name} of PostgreSQL ${major} is not installed here: on Debian it is in postgresql-client-${major}, ` +
        'on Alpine in postgresql-client',
    )
  }
}

/**
 * The path of `pg_dump` and its like for a server of that release: its own where it can be had, else a newer one. An older one
 * can't read the server; Debian's folders come first, since there what is on the path chooses by itself.
 */
export const findProgram = async (name: string, major: number): Promise<string> => {
  for (const folder of [`/usr/lib/postgresql/${major}/bin`, `/usr/pgsql-${major}/bin`])
    if (existsSync(`${folder}/${name}`)) return `${folder}/${name}`
  const { stdout } = await run(name, ['--version'], { timeout: 10_000 }).catch(() => ({ stdout: '' }))
  if (Number(/ (\d+)/.exec(stdout)?.[1] ?? 0) < major) throw new ProgramMissingError(name, major)
  return name
}

/** The end of what a program complained. */
const complaintsOf = (child: ChildProcessWithoutNullStreams): (() => string) => {
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    text = (text + part).slice(-2_000)
  })
  return () => text.trim()
}

/**
 * Gives a program its input and passes its output on. Throws where either breaks off; the program ends with whoever reads it, and
 * with the signal. `heard`: told of what it says beside its output, and null at its end.
 */
export async function* through(
  { path, args, env, authorities = null }: Program,
  input: Bytes | null,
  signal?: AbortSignal,
  heard: (text: string | null) => void = () => {},
): Bytes {
  const trusted = await keepAuthorities(authorities)
  try {
    yield* piped({ path, args, env: { ...env, ...trusted.env } }, input, signal, heard)
  } finally {
    await trusted.remove()
  }
}

async function* piped(
  { path, args, env }: Program,
  input: Bytes | null,
  signal: AbortSignal | undefined,
  heard: (text: string | null) => void,
): Bytes {
  const child = spawn(path, args, { env, stdio: ['pipe', 'pipe', 'pipe'], ...(signal && { signal }) })
  const complaints = complaintsOf(child)
  child.stderr.on('data', heard).once('close', () => heard(null))
  const ended = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`${path} failed (${code}): ${complaints()}`)
  })
  // Whoever waits is told; nobody may wait any more.
  ended.catch(() => {})
  const fed = feed(child, input)
  fed.catch(() => child.kill('SIGKILL'))
  try {
    yield* child.stdout as Bytes
    await fed
    await ended
  } finally {
    child.kill('SIGKILL')
  }
}

/** All of the input is read, even by a program that has enough of it: its hash is of the whole. One that failed gets no more. */
const feed = async (child: ChildProcessWithoutNullStreams, input: Bytes | null) => {
  const { stdin } = child
  stdin.on('error', () => {})
  for await (const part of input ?? []) {
    if (child.exitCode) return
    if (!stdin.destroyed && !stdin.write(part)) await untilWritable(stdin)
  }
  stdin.end()
}

const untilWritable = (stream: Writable): Promise<void> =>
  new Promise((resolve) => {
    const go = () => {
      stream.off('drain', go).off('close', go)
      resolve()
    }
    stream.once('drain', go).once('close', go)
  })

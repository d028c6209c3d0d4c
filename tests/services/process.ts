// A program that a test starts: waits until it is ready, can be frozen or killed, and never outlives the test.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

export interface Program {
  command: string
  args: string[]
  /** A line of its output that says it takes connections. */
  ready: RegExp
  /** Run as this user; only root can. */
  user?: string | undefined
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** What asks it to end in an orderly way. Default SIGTERM. */
  stopSignal?: NodeJS.Signals
}

export interface RunningProgram {
  pid: number
  /** What it has printed, the last 8 MiB of it. */
  output: () => string
  /** Freezes it and its children (SIGSTOP): connections stay open, nothing answers. */
  pause: () => void
  resume: () => void
  /** Orderly end; SIGKILL after 30 s. Does nothing when it has already ended. */
  stop: () => Promise<void>
  /** SIGKILL to it and its children: a crash. */
  kill: () => Promise<void>
}

// Enough for whatever a test has a program say: what is searched for secrets is searched from the first line on.
const maxOutputLength = 8_388_608
// Two cores, shared, and long runs are nice to the others: slow is not broken.
const readyWithinMs = 300_000
// Longer than a node lets requests in flight take.
const stopWithinMs = 30_000
const setpriv = '/usr/bin/setpriv'

/** Starts a program and resolves once its ready line was printed; rejects with its output when it ends before that. */
export async function startProgram(program: Program): Promise<RunningProgram> {
  const [command, args] = guarded(program)
  const child = spawn(command, args, {
    cwd: program.cwd ?? '/',
    env: program.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  const killAtExit = () => void child.kill('SIGKILL')
  process.once('exit', killAtExit)
  void ended.then(() => process.off('exit', killAtExit))

  const output = await untilReady(child, program)
  const pid = child.pid as number
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const signal = (name: NodeJS.Signals) => {
    if (isRunning()) for (const each of [pid, ...descendants(pid)]) trySignal(each, name)
  }
  return {
    pid,
    output,
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    stop: async () => {
      if (!isRunning()) return
      signal('SIGCONT')
      child.kill(program.stopSignal ?? 'SIGTERM')
      const timer = setTimeout(() => signal('SIGKILL'), stopWithinMs)
      await ended
      clearTimeout(timer)
    },
    kill: async () => {
      signal('SIGKILL')
      await ended
    },
  }
}

/** On Linux the kernel ends the program when the test process dies, even by SIGKILL (PR_SET_PDEATHSIG). */
function guarded({ command, args, user, stopSignal }: Omit<Program, 'ready'>): [string, string[]] {
  if (!existsSync(setpriv)) return user ? ['runuser', ['-u', user, '--', command, ...args]] : [command, args]
  const identity = user ? [`--reuid=${user}`, `--regid=${user}`, '--init-groups'] : []
  return [setpriv, [...identity, `--pdeathsig=${(stopSignal ?? 'SIGTERM').slice(3)}`, '--', command, ...args]]
}

async function untilReady(child: ChildProcess, { command, ready }: Program): Promise<() => string> {
  let output = ''
  const failed = (why: string, cause?: unknown) => new Error(`${command} ${why}\n${output}`, { cause })
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(failed(`was not ready within ${readyWithinMs / 1000} s`))
    }, readyWithinMs)
    let isReady = false
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-maxOutputLength)
      if (!isReady && ready.test(output)) {
        isReady = true
        clearTimeout(timer)
        resolve()
      }
    }
    child.stdout?.on('data', collect)
    child.stderr?.on('data', collect)
    child.once('error', (cause) => {
      clearTimeout(timer)
      reject(failed('could not be started', cause))
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      reject(failed(`ended at once (${signal ?? code})`))
    })
  })
  return () => output
}

/** Runs a program to its end; rejects with what it printed when it fails. */
export async function runProgram(program: Pick<Program, 'command' | 'args' | 'user' | 'env'>): Promise<string> {
  const [command, args] = guarded(program)
  const child = spawn(command, args, { cwd: '/', env: program.env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${program.command} failed (${code})\n${output}`)
  return output
}

/** Linux only: elsewhere a program's children are not found, and only the program itself gets the signal. */
function descendants(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' '))
      .filter(Boolean)
      .flatMap((child) => [Number(child), ...descendants(Number(child))])
  } catch {
    return []
  }
}

function trySignal(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(pid, name)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause
  }
}

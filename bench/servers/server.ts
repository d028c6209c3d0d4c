// A server under measurement: a process of its own that writes what it logs to a file, as a service does.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../tests/services/place.ts'
import { askOnce, requestText } from '../measure/load.ts'

export type Server = {
  readonly port: number
  readonly pid: number
  /** From its start to the first answer of 2xx. */
  readonly startedInMs: number
  stop(): Promise<void>
}

export type ServerOptions = {
  /** Node's arguments: flags, the program, its own arguments. */
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly folder: string
  /** What is asked until it is answered. */
  readonly firstRequest: string
}

const startWithinMs = 180_000
/** Often at first, so that a start is timed well; rarely where the machine is busy, which asking would only make worse. */
const pauseMs = (elapsedMs: number) => Math.max(2, elapsedMs / 50)

export const startServer = async ({ command, environment, folder, firstRequest }: ServerOptions): Promise<Server> => {
  const port = await freePort()
  const file = join(folder, `${port}.log`)
  const output = openSync(file, 'w')
  const startedAt = performance.now()
  const child = spawn(process.execPath, command, {
    cwd: folder,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', PORT: `${port}`, ...environment },
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  const ended = once(child, 'exit')
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  while (!(await askOnce(port, firstRequest).catch(() => null))) {
    const elapsedMs = performance.now() - startedAt
    if (child.exitCode === null && elapsedMs < startWithinMs) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs(elapsedMs)))
      continue
    }
    kill()
    throw new Error(`${command.join(' ')} did not answer\n${readFileSync(file, 'utf8').slice(-4000)}`)
  }
  return {
    port,
    pid: child.pid as number,
    startedInMs: performance.now() - startedAt,
    stop: async () => {
      process.off('exit', kill)
      kill()
      await ended
    },
  }
}

const here = import.meta.dirname

export const startFloor = (folder: string, database?: string): Promise<Server> =>
  startServer({
    command: [join(here, 'floor.ts')],
    folder,
    firstRequest: requestText('GET', '/', {}),
    environment: database === undefined ? {} : { DATABASE_URL: database },
  })

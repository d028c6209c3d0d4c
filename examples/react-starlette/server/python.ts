// The API as a process of its own: started on a free port, and ended with this one.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { pythonPath } from '../../../scripts/programs.mjs'

export type Api = {
  /** `http://127.0.0.1:…` */
  readonly url: string
  /** SIGTERM, and its end. */
  stop(): Promise<void>
}

const python = pythonPath()
const folder = fileURLToPath(new URL('../api', import.meta.url))
const options = [
  '--host',
  '127.0.0.1',
  '--port',
  '0',
  '--no-access-log',
  '--no-server-header',
  '--timeout-keep-alive',
  '65',
]

/** `settings`: more of its environment. `onEnd`: it ended, and nobody asked it to. */
export const startApi = async (settings: Record<string, string>, onEnd: () => void): Promise<Api> => {
  // It checks tokens by public keys: no secret of Vigile's is any of its business.
  const { VIGILE_SECRET: _, DATABASE_URL: __, REDIS_URL: ___, ...rest } = process.env
  const child = spawn(python, ['-m', 'uvicorn', '--app-dir', folder, ...options, 'main:app'], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...rest, PYTHONDONTWRITEBYTECODE: '1', ...settings },
  })
  const kill = () => void child.kill()
  process.once('exit', kill)
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  const url = await listening(child)
  let asked = false
  void ended.then(() => {
    process.off('exit', kill)
    if (!asked) onEnd()
  })
  return {
    url,
    stop: () => {
      asked = true
      child.kill()
      return ended
    },
  }
}

/** uvicorn says where it listens; warnings and faults are passed on. */
const listening = (child: ChildProcess) =>
  new Promise<string>((resolve, reject) => {
    createInterface(child.stderr as NodeJS.ReadableStream).on('line', (line) => {
      if (!line.startsWith('INFO')) console.error(line)
      const url = /running on (http:\S+)/.exec(line)?.[1]
      if (url) resolve(url)
    })
    child.once('error', reject)
    child.once('exit', () =>
      reject(new Error(`the API ended at once: ${python} says why. It needs starlette, uvicorn and pyjwt[crypto]`)),
    )
  })

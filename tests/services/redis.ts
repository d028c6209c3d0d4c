// A private Redis on a random port of 127.0.0.1 that keeps nothing on disk.
import { once } from 'node:events'
import { connect } from 'node:net'
import { freePort, temporaryFolder } from './place.ts'
import { type RunningProgram, startProgram } from './process.ts'
import { programPath } from './program-path.ts'

export interface RedisServer {
  pid: () => number
  port: number
  url: string
  /** Freezes it: connections stay open, nothing answers. */
  pause: () => void
  resume: () => void
  kill: () => Promise<void>
  /** An orderly end. */
  halt: () => Promise<void>
  /** Sends one command on a connection of its own, and gives what Redis says. */
  say: (command: string) => Promise<string>
  /** Starts it again, empty, on the same port. */
  restart: () => Promise<void>
  stop: () => Promise<void>
}

export async function startRedis(): Promise<RedisServer> {
  const folder = await temporaryFolder('redis')
  const port = await freePort()
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder.path]
  const start = () =>
    startProgram({ command: programPath('redis-server'), args, ready: /ready to accept connections/i })

  let running: RunningProgram = await start()
  return {
    pid: () => running.pid,
    port,
    url: `redis://127.0.0.1:${port}`,
    pause: () => running.pause(),
    resume: () => running.resume(),
    kill: () => running.kill(),
    halt: () => running.stop(),
    say: (command) => say(port, command),
    restart: async () => {
      await running.stop()
      running = await start()
    },
    stop: async () => {
      await running.stop()
      await folder.remove()
    },
  }
}

async function say(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`${command}\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.end()
  return answer.toString()
}

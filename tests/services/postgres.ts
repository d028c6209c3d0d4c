// A private PostgreSQL on a random port of 127.0.0.1, with a data folder of its own.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { freePort, temporaryFolder } from './place.ts'
import { type RunningProgram, runProgram, startProgram } from './process.ts'
import { programPath } from './program-path.ts'

export interface PostgresServer {
  port: number
  /** Superuser on the database `postgres`. */
  url: string
  /** Freezes the server and every connection to it. */
  pause: () => void
  resume: () => void
  /** A crash: SIGKILL to all of it. What was committed is still there after `restart`. */
  kill: () => Promise<void>
  /** Starts it again on the same port and data, after a `kill` or in an orderly way. */
  restart: () => Promise<void>
  stop: () => Promise<void>
}

/**
 * Starts a server; `settings` are PostgreSQL's own (`{ max_connections: '10' }`).
 * fsync is off: a crash of the server loses nothing, since the kernel keeps what it wrote; only power loss would.
 */
export async function startPostgres(settings: Record<string, string> = {}): Promise<PostgresServer> {
  const postgres = programPath('postgres')
  const owner = process.getuid?.() === 0 ? postgresUser() : undefined
  const user = owner && 'postgres'
  const folder = await temporaryFolder('postgres', owner)
  const port = await freePort()
  const initdb = ['-D', folder.path, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  await runProgram({ command: join(dirname(postgres), 'initdb'), args: initdb, user })

  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: 'off',
    max_connections: '200',
    shared_buffers: '64MB',
    ...settings,
  }
  const args = ['-D', folder.path, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const start = () =>
    startProgram({ command: postgres, args, user, ready: /ready to accept connections/, stopSignal: 'SIGINT' })

  let running: RunningProgram = await start()
  return {
    port,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    pause: () => running.pause(),
    resume: () => running.resume(),
    kill: () => running.kill(),
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

/** Makes a new database on that server, empty or a copy of `template`, and gives its address. */
export async function createDatabase(serverUrl: string, template?: string): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query(`create database ${name}${template ? ` template ${client.escapeIdentifier(template)}` : ''}`)
  } finally {
    await client.end()
  }
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

/** PostgreSQL refuses to run as root. */
function postgresUser(): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8').match(/^postgres:[^:]*:(\d+):(\d+):/m)
  if (!line) throw new Error('PostgreSQL does not run as root, and there is no user "postgres" to run it as')
  return { uid: Number(line[1]), gid: Number(line[2]) }
}

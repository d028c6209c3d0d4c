// A private PostgreSQL on a random port of 127.0.0.1, with a data folder of its own.
import { randomBytes } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { type Folder, freePort, temporaryFolder } from './place.ts'
import { type RunningProgram, runProgram, startProgram } from './process.ts'
import { programPath } from './program-path.ts'

export interface PostgresServer {
  /** Of its first process, the parent of those that serve connections. */
  pid: () => number
  port: number
  /** Superuser on the database `postgres`. */
  url: string
  /** Freezes the server and every connection to it. */
  pause: () => void
  resume: () => void
  /** A crash: SIGKILL to all of it. What was committed is still there after `restart`. */
  kill: () => Promise<void>
  /** An orderly end. */
  halt: () => Promise<void>
  /** Starts it again on the same port and data, after a `kill` or a `halt`; one that runs is ended in an orderly way. */
  restart: () => Promise<void>
  stop: () => Promise<void>
}

export interface PostgresReplica extends PostgresServer {
  /** Ends its recovery: from now on it takes writes. */
  promote: () => Promise<void>
}

/**
 * Starts a server; `settings` are PostgreSQL's own (`{ max_connections: '10' }`).
 * fsync is off: a crash of the server loses nothing, since the kernel keeps what it wrote; only power loss would.
 */
export async function startPostgres(settings: Record<string, string> = {}): Promise<PostgresServer> {
  const place = await newPlace('postgres')
  const initdb = ['-D', place.folder.path, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  await runPostgresProgram('initdb', initdb, place.user)
  return serve(place, settings, /ready to accept connections/)
}

/** Starts a streaming replica of the server at that address; there it is known as `replica`. */
export async function startReplica(
  primaryUrl: string,
  settings: Record<string, string> = {},
): Promise<PostgresReplica> {
  const place = await newPlace('replica')
  const from = new URL(primaryUrl)
  from.searchParams.set('application_name', 'replica')
  const backup = ['-D', place.folder.path, '-d', from.href, '-X', 'stream', '-c', 'fast', '-R', '--no-sync']
  await runPostgresProgram('pg_basebackup', backup, place.user)
  const replica = await serve(place, settings, /ready to accept read-only connections/)
  return {
    ...replica,
    promote: async () => {
      const client = new pg.Client({ connectionString: replica.url })
      await client.connect()
      await client.query('select pg_promote()')
      await client.end()
    },
  }
}

/** Runs one of PostgreSQL's own programs (`pg_dump`) to its end. */
export async function runPostgresProgram(name: string, args: string[], user?: string): Promise<string> {
  // A link on the path leads to the folder where all of them are.
  const folder = dirname(realpathSync(programPath('postgres')))
  return runProgram({ command: join(folder, name), args, user })
}

interface Place {
  folder: Folder
  user: string | undefined
  port: number
}

async function newPlace(name: string): Promise<Place> {
  const owner = process.getuid?.() === 0 ? postgresUser() : undefined
  return { folder: await temporaryFolder(name, owner), user: owner && 'postgres', port: await freePort() }
}

async function serve(
  { folder, user, port }: Place,
  settings: Record<string, string>,
  ready: RegExp,
): Promise<PostgresServer> {
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
  const start = () => startProgram({ command: programPath('postgres'), args, user, ready, stopSignal: 'SIGINT' })

  let running: RunningProgram = await start()
  return {
    pid: () => running.pid,
    port,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    pause: () => running.pause(),
    resume: () => running.resume(),
    kill: () => running.kill(),
    halt: () => running.stop(),
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
/** Whom PostgreSQL and its like run as where the tests run as root. */
export function postgresUser(): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8').match(/^postgres:[^:]*:(\d+):(\d+):/m)
  if (!line) throw new Error('PostgreSQL does not run as root, and there is no user "postgres" to run it as')
  return { uid: Number(line[1]), gid: Number(line[2]) }
}

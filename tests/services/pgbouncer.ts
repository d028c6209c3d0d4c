// A private PgBouncer in front of a PostgreSQL: its connections are fewer than its clients, and change hands after each transaction.
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, temporaryFolder } from './place.ts'
import { postgresUser } from './postgres.ts'
import { startProgram } from './process.ts'
import { programPath } from './program-path.ts'

export type PgBouncer = {
  /** That address, through it. */
  through(url: string): string
  stop(): Promise<void>
}

/** In transaction mode, with so many connections to the server. */
export const startPgBouncer = async (server: string, connections: number): Promise<PgBouncer> => {
  const isRoot = process.getuid?.() === 0
  const folder = await temporaryFolder('pgbouncer', isRoot ? postgresUser() : undefined)
  const port = await freePort()
  const { hostname, port: to, username } = new URL(server)
  const settings = {
    ...{ listen_addr: '127.0.0.1', listen_port: port, unix_socket_dir: '' },
    ...{ pool_mode: 'transaction', default_pool_size: connections, max_client_conn: 200 },
    ...{ auth_type: 'any' },
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  const file = join(folder.path, 'pgbouncer.ini')
  await writeFile(
    file,
    ['[databases]', `* = host=${hostname} port=${to} user=${username}`, '[pgbouncer]', ...lines, ''].join('\n'),
  )
  await chmod(file, 0o644)
  const running = await startProgram({
    command: programPath('pgbouncer'),
    args: [file],
    ready: /process up/,
    ...(isRoot && { user: 'postgres' }),
    cwd: folder.path,
    stopSignal: 'SIGINT',
  })
  return {
    through: (url) => {
      const address = new URL(url)
      address.host = `127.0.0.1:${port}`
      return address.href
    },
    stop: async () => {
      await running.stop()
      await folder.remove()
    },
  }
}

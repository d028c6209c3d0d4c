// Starts the peers, each with people and sessions of its own.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hash } from '@node-rs/argon2'
import { createDatabase } from '../../tests/services/postgres.ts'
import type { Bench } from '../bench.ts'
import { askOnce, requestText } from '../measure/load.ts'
import { type Cookies, cookiesOf, password, query } from '../people.ts'
import { type Server, startServer } from '../servers/server.ts'
import { betterAuthSignUp, type Peer, peers } from './peers.ts'

const run = promisify(execFile)
export const people = 20
const emailOf = (n: number) => `person-${n % people}@example.com`

/** The peers' packages are the bench's alone: nothing else installs them. */
const install = async (say: Bench['say']): Promise<void> => {
  if (existsSync(join(import.meta.dirname, 'node_modules/.package-lock.json'))) return
  say('peers: their packages are installed')
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: import.meta.dirname })
}

const versionOf = (name: string): string =>
  (
    JSON.parse(readFileSync(join(import.meta.dirname, 'node_modules', name, 'package.json'), 'utf8')) as {
      version: string
    }
  ).version

/** A peer that runs, with a session for each connection. */
export type Running = {
  readonly peer: Peer
  readonly server: Server
  readonly database: string
  readonly restart: (asking: string) => Promise<Server>
  readonly signIn: (n: number) => string
  readonly sessions: readonly Cookies[]
}

/** As the table calls it: `better-auth 1.7.7, PostgreSQL: session check`. */
export const titleOf = (peer: Peer, act: string): string =>
  `${peer.name.replace(/^[^,]+/, (name) => `${name} ${versionOf(peer.package)}`)}: ${act}`

/** Installs and starts them, and signs people in. */
export const startPeers = async (bench: Bench): Promise<readonly Running[]> => {
  await install(bench.say)
  const { connections } = bench.options
  // One database for the peer that makes its own tables, one for those that leave people to the application.
  const [theirs, plain] = [await createDatabase(bench.postgres.url), await createDatabase(bench.postgres.url)]
  for (const database of [theirs, plain]) await query(database, 'create extension pg_stat_statements')
  await query(plain, 'create table people (id serial primary key, email text unique, name text, hash text)')
  await query(
    plain,
    "insert into people (email, name, hash) select 'person-' || i || '@example.com', 'Somebody', $1 from generate_series(0, $2::int - 1) i",
    // As ours (passwords/parameters of a new installation): 19 MiB, 2 passes.
    [await hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 }), people],
  )
  const environmentOf = (peer: Peer) => ({
    DATABASE_URL: peer.package === 'better-auth' ? theirs : plain,
    REDIS_URL: bench.redis.url,
    MODE: peer.mode ?? '',
  })
  const fileOf = (peer: Peer) => join(import.meta.dirname, 'servers', peer.file)
  const [first] = peers
  if (!first) return []
  await run(process.execPath, [fileOf(first)], { env: { ...process.env, ...environmentOf(first), MODE: 'migrate' } })

  const running: Running[] = []
  for (const peer of peers) {
    bench.say(`peers: ${titleOf(peer, 'starts')}`)
    const start = (firstRequest: string) =>
      startServer({ command: [fileOf(peer)], folder: bench.place(), firstRequest, environment: environmentOf(peer) })
    const server = await bench.keep(start(requestText('GET', peer.firstPath, {})))
    if (peer === first) {
      for (let n = 0; n < people; n += 1) await askOnce(server.port, betterAuthSignUp(emailOf(n)))
    }
    const before = (await peer.signIn?.before?.(server)) ?? {}
    const signIn = (n: number) => peer.signIn?.request(emailOf(n), before) ?? ''
    const sessions: Cookies[] = []
    for (let n = 0; n < connections; n += 1) {
      const begun = peer.refresh?.begin
      // One for each person is enough where it only is asked, but renewals must not meet each other.
      sessions.push(begun ? await begun(server) : cookiesOf((await askOnce(server.port, signIn(n))).head))
    }
    running.push({ peer, server, database: environmentOf(peer).DATABASE_URL, restart: start, signIn, sessions })
  }
  return running
}

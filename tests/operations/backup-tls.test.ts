// Backups of a PostgreSQL that is reached by TLS: its own programs trust whom Vigile trusts, neither more nor less (OPS-8).
import { readFileSync } from 'node:fs'
import { chmod, chown, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { connectionOf } from '../../server/src/backup/libpq-connection.ts'
import { findProgram, through } from '../../server/src/backup/programs.ts'
import { runVigile } from '../nodes/node.ts'
import { type IssuedCertificate, issueCertificate } from '../services/certificate.ts'
import { type Folder, temporaryFolder } from '../services/place.ts'
import { createDatabase, type PostgresServer, postgresUser, startPostgres } from '../services/postgres.ts'

let folder: Folder
let server: PostgresServer
let tls: IssuedCertificate
let other: IssuedCertificate

beforeAll(async () => {
  const owner = process.getuid?.() === 0 ? postgresUser() : undefined
  folder = await temporaryFolder('postgres-tls', owner)
  const strangers = await temporaryFolder('other-authority')
  tls = issueCertificate(folder.path, 'localhost')
  other = issueCertificate(strangers.path, 'localhost')
  await chmod(tls.key, 0o600)
  if (owner) await chown(tls.key, owner.uid, owner.gid)
  server = await startPostgres({ ssl: 'on', ssl_cert_file: tls.chain, ssl_key_file: tls.key })
  return async () => {
    await folder.remove()
    await strangers.remove()
  }
}, 300_000)
afterAll(() => server?.stop())

const at = (database: string, host: string, search: string) => {
  const url = new URL(database)
  url.hostname = host
  url.search = search
  return url.href
}

test('OPS-8 OPS-9 a backup, its drill and a restore with the address that secret.example.yaml gives, of an authority that Node was told of', async () => {
  const example = readFileSync(join(import.meta.dirname, '../../ops/kubernetes/secret.example.yaml'), 'utf8')
  const { search } = new URL(parse(example).stringData.database)
  expect(search).not.toBe('')
  const database = at(await createDatabase(server.url), 'localhost', search)
  const place = await temporaryFolder('backups')
  const environment = { NODE_EXTRA_CA_CERTS: tls.authority, VIGILE_BACKUP_TO: place.path, VIGILE_BACKUP_KEY: 'plain' }
  await runVigile('migrate', { database, environment })
  await runVigile('backup', { database, environment })
  const drill = JSON.parse(await runVigile('backup drill --json', { database, environment }))
  expect(drill).toMatchObject({ differences: [], audit: { ok: true } })
  await runVigile('restore --replace --yes', { database, environment })
  await place.remove()
}, 300_000)

/** With `ca` for the file of the right authority, and `other` for that of another. */
const addresses = [
  '',
  'sslmode=disable',
  'sslmode=allow',
  'sslmode=prefer',
  'sslmode=require',
  'sslmode=verify-full',
  'sslmode=no-verify',
  'ssl=true',
  'ssl=0',
  'sslrootcert=ca',
  'sslmode=require&sslrootcert=ca',
  'sslmode=verify-ca&sslrootcert=ca',
  'sslmode=verify-full&sslrootcert=ca',
  'sslmode=require&sslrootcert=other',
  'sslmode=no-verify&sslrootcert=other',
  'uselibpqcompat=true&sslmode=prefer',
  'uselibpqcompat=true&sslmode=require',
  'uselibpqcompat=true&sslmode=require&sslrootcert=ca',
  'uselibpqcompat=true&sslmode=require&sslrootcert=other',
  'uselibpqcompat=true&sslmode=verify-ca&sslrootcert=ca',
  'uselibpqcompat=true&sslmode=verify-full&sslrootcert=ca',
]

const asNode = async (address: string) => {
  const client = new pg.Client({ connectionString: address })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}
const asProgram = async (address: string) => {
  const { dbname, ...connection } = await connectionOf(address)
  const program = { path: await findProgram('psql', 15), args: ['-X', '-c', 'select', '-d', dbname], ...connection }
  try {
    for await (const _ of through(program, null));
    return true
  } catch {
    return false
  }
}

test('OPS-8 attack: an impostor of the database server gets no backup: whom Vigile refuses, pg_dump and psql refuse, with every way to write the address', async () => {
  vi.spyOn(process, 'emitWarning').mockReturnValue()
  const temporary = await temporaryFolder('temporary')
  vi.stubEnv('TMPDIR', temporary.path)
  const trusted: string[] = []
  for (const host of ['localhost', '127.0.0.1'])
    for (const line of addresses) {
      const files = line.replace('=ca', `=${tls.authority}`).replace('=other', `=${other.authority}`)
      const address = at(server.url, host, files)
      const both = await Promise.all([asNode(address), asProgram(address)])
      expect(both, `${host}?${line}`).toEqual([both[0], both[0]])
      if (both[0]) trusted.push(`${host}?${line}`)
    }
  // Nobody here vouches for the certificate by itself.
  expect(trusted).toContain('localhost?sslmode=require&sslrootcert=ca')
  expect(trusted).not.toContain('127.0.0.1?sslmode=require&sslrootcert=ca')
  expect(trusted).not.toContain('localhost?sslmode=require')
  expect(await readdir(temporary.path)).toEqual([])
  vi.unstubAllEnvs()
  await temporary.remove()
}, 120_000)

test('OPS-8 PGSSLMODE means the same to both', async () => {
  for (const [mode, expected] of [
    ['require', 'verify-full'],
    ['no-verify', 'require'],
    ['disable', 'prefer'],
  ]) {
    vi.stubEnv('PGSSLMODE', mode)
    const { dbname } = await connectionOf(server.url)
    expect(new URL(dbname).searchParams.get('sslmode')).toBe(expected)
  }
  vi.unstubAllEnvs()
})

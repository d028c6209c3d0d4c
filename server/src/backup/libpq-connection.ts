// The address of PostgreSQL as its own programs take it: they trust whom node-postgres trusts, neither more nor less.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, getCACertificates } from 'node:tls'

export type LibpqConnection = {
  readonly dbname: string
  readonly env: NodeJS.ProcessEnv
  /** Certificates (PEM) of the authorities that the server's must come from. Null: nobody is asked to prove who they are. */
  readonly authorities: string | null
}

/**
 * The address for libpq, and the password apart: everybody sees the arguments of a program. The two read `sslmode` differently
 * (libpq's `require` trusts anybody), and have other authorities where none is named (Node brings its own, libpq looks into the
 * home folder): so node-postgres is asked what it makes of this address and this environment.
 */
export const connectionOf = async (address: string): Promise<LibpqConnection> => {
  const { default: pg } = await import('pg')
  // Its type knows less than it holds.
  const ssl = new pg.Client({ connectionString: address }).ssl as boolean | ConnectionOptions
  const url = new URL(address)
  const password = decodeURIComponent(url.password)
  url.password = ''
  const { searchParams } = url
  for (const name of ['ssl', 'uselibpqcompat']) searchParams.delete(name)
  const env = { ...process.env, ...(password !== '' && { PGPASSWORD: password }) }
  if (ssl === false) {
    if (searchParams.get('sslmode') !== 'disable') searchParams.set('sslmode', 'prefer')
    return { dbname: url.href, env, authorities: null }
  }
  // Kerberos would come before TLS, and make nothing of `sslmode`.
  searchParams.set('gssencmode', 'disable')
  searchParams.delete('sslrootcert')
  const { rejectUnauthorized, checkServerIdentity, ca }: ConnectionOptions = ssl === true ? {} : ssl
  searchParams.set(
    'sslmode',
    rejectUnauthorized === false ? 'require' : checkServerIdentity ? 'verify-ca' : 'verify-full',
  )
  const authorities = rejectUnauthorized === false ? null : String(ca ?? getCACertificates('default').join('\n'))
  return { dbname: url.href, env, authorities }
}

/** In a file, for as long as a program runs that wants one; nobody else may write there. */
export const keepAuthorities = async (
  authorities: string | null,
): Promise<{ readonly env: NodeJS.ProcessEnv; remove(): Promise<void> }> => {
  if (authorities === null) return { env: {}, remove: async () => {} }
  const folder = await mkdtemp(join(tmpdir(), 'vigile-authorities-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  const file = join(folder, 'authorities.pem')
  try {
    await writeFile(file, authorities, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    await remove()
    throw error
  }
  return { env: { PGSSLROOTCERT: file }, remove }
}

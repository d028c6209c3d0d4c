// Vault as far as secrets need it: a key/value engine of version 2 at `secret/`, tokens that end, three ways to sign in.
import { randomUUID } from 'node:crypto'
import { type Answer, type Asked, type StandIn, startStandIn } from '../providers/stand-in.ts'

export type StandInVault = StandIn & {
  /** A token that does not end. */
  readonly token: string
  /** A new version of `secret/NAME`; null: the newest one is deleted. */
  put(name: string, fields: Readonly<Record<string, unknown>> | null): void
  /** What it lets in: `role_id` and `secret_id`, or `role` and `jwt`. */
  readonly logins: Record<string, string>[]
  /** Of the tokens that it gives out. */
  tokenSeconds: number
  /** Of what it answers; Vault itself says 0. */
  leaseSeconds: number
  /** Ends every token but the one that does not end. */
  revoke(): void
}

const refused = (status: number): Answer => ({ status, body: { errors: [] } })

export const startVault = async (): Promise<StandInVault> => {
  const token = `hvs.${randomUUID()}`
  const ends = new Map([[token, Number.POSITIVE_INFINITY]])
  const kept = new Map<string, Readonly<Record<string, unknown>> | null>()
  const versions = new Map<string, number>()
  const isLive = ({ headers }: Asked) =>
    headers['x-vault-request'] === 'true' && (ends.get(`${headers['x-vault-token']}`) ?? 0) > Date.now()

  const give = (given: string): Answer => {
    ends.set(given, Date.now() + vault.tokenSeconds * 1000)
    const auth = { client_token: given, lease_duration: vault.tokenSeconds, renewable: true, policies: ['default'] }
    return { status: 200, body: { request_id: randomUUID(), lease_duration: 0, data: null, auth } }
  }
  const read = (asked: Asked): Answer => {
    if (!isLive(asked)) return refused(403)
    const name = asked.url.pathname.replace('/v1/secret/data/', '')
    const data = kept.get(name)
    if (data === undefined) return refused(404)
    const metadata = { version: versions.get(name), created_time: new Date().toISOString(), destroyed: false }
    const body = { request_id: randomUUID(), lease_duration: vault.leaseSeconds, data: { data, metadata }, auth: null }
    return { status: data === null ? 404 : 200, body }
  }
  const logIn = ({ body }: Asked): Answer => {
    const given = JSON.parse(body) as Record<string, string>
    const isKnown = vault.logins.some((one) => JSON.stringify(one) === JSON.stringify(given))
    return isKnown ? give(`hvs.${randomUUID()}`) : refused(400)
  }

  const server = await startStandIn(() => ({
    endpoints: [
      { name: 'read', route: /^GET \/v1\/secret\/data\//, answer: read },
      { name: 'login', route: /^POST \/v1\/auth\/[\w-]+\/login$/, answer: logIn },
      {
        name: 'renew',
        route: /^POST \/v1\/auth\/token\/renew-self$/,
        answer: (asked) => (isLive(asked) ? give(`${asked.headers['x-vault-token']}`) : refused(403)),
      },
    ],
    notFound: refused(404),
  }))
  const vault: StandInVault = {
    ...server,
    token,
    put: (name, fields) => {
      kept.set(name, fields)
      versions.set(name, (versions.get(name) ?? 0) + 1)
    },
    logins: [],
    tokenSeconds: 3600,
    leaseSeconds: 0,
    revoke: () => {
      for (const one of ends.keys()) if (one !== token) ends.delete(one)
    },
  }
  return vault
}

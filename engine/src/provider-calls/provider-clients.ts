// The clients of each provider, one for each purpose: reads that fail close no sign-in, and that of one person's guilds no other
// read. What the provider asks of all of them, such as a limit on everything, all of them know.
import { createPauses } from './pauses.ts'
import {
  type ClientState,
  createProviderClient,
  type ProviderClient,
  type ProviderClientDeps,
} from './provider-client.ts'

export type Purpose = 'sign-in' | 'refresh' | 'revocation' | `read ${string}`

/** For signing in: discovery, keys, codes, profiles. */
export type ProviderState = {
  readonly id: string
  /** What people read. */
  readonly name: string
  /**
   * `open`: it failed so often in a row that it is left alone; `half_open`: the next call decides; `paused`: it asked to be left
   * alone for longer than a sign-in can wait.
   */
  readonly state: ClientState['state']
  /** Epoch milliseconds. */
  readonly since: number
}

export type ProviderClients = {
  /** Throws on a provider that is not configured: a mistake of the caller's. Purposes are few: those in the code, and reads by name. */
  of(id: string, purpose: Purpose): ProviderClient
  states(): readonly ProviderState[]
  /** As the calls wait: rejects when they are closed. */
  wait(ms: number): Promise<void>
  close(): void
}

export const createProviderClients = (
  providers: readonly { readonly id: string; readonly name: string; readonly server: { readonly issuer: string } }[],
  deps: Omit<ProviderClientDeps, 'id' | 'purpose' | 'allowsHttp' | 'pauses'>,
): ProviderClients => {
  const closing = new AbortController()
  const all = new Map(
    providers.map(({ id, server }) => {
      const allowsHttp = URL.parse(server.issuer)?.protocol === 'http:'
      return [id, { allowsHttp, pauses: createPauses(deps.now), clients: new Map<Purpose, ProviderClient>() }]
    }),
  )
  const of = (id: string, purpose: Purpose): ProviderClient => {
    const one = all.get(id)
    if (!one) throw new TypeError(`there is no provider "${id}": here are ${[...all.keys()].join(', ') || 'none'}`)
    const { clients, ...shared } = one
    const client = clients.get(purpose) ?? createProviderClient({ ...deps, ...shared, id, purpose })
    clients.set(purpose, client)
    return client
  }
  return {
    of,
    states: () => providers.map(({ id, name }) => ({ id, name, ...of(id, 'sign-in').read() })),
    wait: (ms) => deps.wait(ms, closing.signal),
    close: () => {
      closing.abort()
      for (const { clients } of all.values()) for (const client of clients.values()) client.close()
    },
  }
}

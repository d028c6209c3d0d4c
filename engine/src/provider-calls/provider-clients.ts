// One client for each provider, for all who call it: what one of them learns, the others know.
import { createProviderClient, type ProviderClient, type ProviderClientDeps } from './provider-client.ts'

export type ProviderState = {
  readonly id: string
  /** What people read. */
  readonly name: string
  /** `open`: it failed so often in a row that it is left alone; `half_open`: the next call decides. */
  readonly state: 'closed' | 'open' | 'half_open'
  /** Epoch milliseconds. */
  readonly since: number
}

export type ProviderClients = {
  /** Throws on a provider that is not configured: a mistake of the caller's. */
  of(id: string): ProviderClient
  states(): readonly ProviderState[]
  /** As the calls wait: rejects when they are closed. */
  wait(ms: number): Promise<void>
  close(): void
}

export const createProviderClients = (
  providers: readonly { readonly id: string; readonly name: string }[],
  deps: Omit<ProviderClientDeps, 'id'>,
): ProviderClients => {
  const closing = new AbortController()
  const clients = new Map(providers.map(({ id }) => [id, createProviderClient({ ...deps, id })]))
  const of = (id: string): ProviderClient => {
    const client = clients.get(id)
    if (!client)
      throw new TypeError(`there is no provider "${id}": here are ${[...clients.keys()].join(', ') || 'none'}`)
    return client
  }
  return {
    of,
    states: () => providers.map(({ id, name }) => ({ id, name, ...of(id).read() })),
    wait: (ms) => deps.wait(ms, closing.signal),
    close: () => {
      closing.abort()
      for (const client of clients.values()) client.close()
    },
  }
}

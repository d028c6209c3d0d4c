import type { Client, ClientOptions } from './api.ts'

export function createClient(options: ClientOptions = {}): Client {
  throw new Error('not wired yet', { cause: options })
}

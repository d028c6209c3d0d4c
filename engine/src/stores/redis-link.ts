import { createRequire } from 'node:module'
import type { Link } from './keep-connected.ts'

/** Loaded when first used: who has no Redis does not pay its 480 modules at each start (0.1 s, 20 MiB). */
const load = (): typeof import('@redis/client') => createRequire(import.meta.url)('@redis/client')

const connectTimeoutMs = 5_000
const maxWaitingCommands = 10_000

const create = (url: string) =>
  load().createClient({
    url,
    name: 'vigile',
    // `keepConnected` opens a new client: a command must not wait for a Redis that is away.
    socket: { connectTimeout: connectTimeoutMs, reconnectStrategy: false },
    disableOfflineQueue: true,
    // Each wait here has a bound of its own (`within`); a signal for each command, which fires long after, costs 16 µs.
    commandOptions: { timeout: 0 },
    commandsQueueMaxLength: maxWaitingCommands,
    maintNotifications: 'disabled',
  })

export type RedisClient = ReturnType<typeof create>
export type RedisLink = Link & { readonly client: RedisClient }

/** One connection to Redis, which is not opened again once it is lost. */
export const openRedisLink = (url: string, lost: (cause: Error) => void): RedisLink => {
  const client = create(url)
  // Without a listener, an error of the connection would end the process.
  client.on('error', lost)
  return { client, ready: client.connect().then(() => {}), close: () => client.destroy() }
}

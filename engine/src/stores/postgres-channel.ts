import { Socket } from 'node:net'
import { type Changing, textNow } from '../primitives/changing.ts'
import type { Channel } from '../primitives/channel.ts'
import type { Log } from '../primitives/log.ts'
import { createHeartbeatChannel } from './heartbeat-channel.ts'
import { loadPg } from './pg-library.ts'

const channelName = 'vigile_invalidate'

/**
 * Tells all nodes through PostgreSQL, where there is no Redis: one connection of its own that listens.
 *
 * @param url leads straight to PostgreSQL, past PgBouncer: in transaction mode it drops LISTEN.
 * @example
 * const channel = createPostgresChannel({ url: listenUrl ?? databaseUrl, log })
 */
export const createPostgresChannel = ({ url, log }: { readonly url: Changing; readonly log: Log }): Channel =>
  createHeartbeatChannel({
    what: 'the invalidation channel (PostgreSQL)',
    log,
    open: (receive, lost) => {
      // A socket of our own, so that it can be ended while the server says nothing.
      const socket = new Socket()
      const client = new (loadPg().Client)({
        connectionString: textNow(url),
        application_name: 'vigile channel',
        keepAlive: true,
        // Parallel sends don't wait for each other.
        pipeline: true,
        stream: () => socket,
      })
      client.on('error', lost)
      client.on('end', () => lost(new Error('The connection was closed')))
      client.on('notification', ({ payload }) => receive(payload ?? ''))
      const listen = async () => {
        await client.connect()
        await client.query(`listen ${channelName}`)
      }
      return {
        ready: listen(),
        send: (text) => client.query('select pg_notify($1, $2)', [channelName, text]),
        close: () => socket.destroy(),
      }
    },
  })

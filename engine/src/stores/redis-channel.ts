import { type Changing, textNow } from '../primitives/changing.ts'
import type { Channel } from '../primitives/channel.ts'
import type { Log } from '../primitives/log.ts'
import { createHeartbeatChannel } from './heartbeat-channel.ts'
import { openRedisLink } from './redis-link.ts'

// Channels are shared by all databases of one Redis. Another installation's messages do no harm: its ids are not ours.
const channelName = 'vigile:invalidate'

/**
 * Tells all nodes through Redis (6 or newer), or anything that speaks its protocol.
 *
 * @example
 * const channel = createRedisChannel({ url: process.env.REDIS_URL, log })
 */
export const createRedisChannel = ({ url, log }: { readonly url: Changing; readonly log: Log }): Channel =>
  createHeartbeatChannel({
    what: 'the invalidation channel (Redis)',
    log,
    open: (receive, lost) => {
      // With RESP3, one connection both subscribes and publishes: what it says of itself holds for both ways.
      const { client, ready, close } = openRedisLink(textNow(url), lost)
      return {
        ready: ready.then(() => client.subscribe(channelName, receive)),
        send: (text) => client.publish(channelName, text),
        close,
      }
    },
  })

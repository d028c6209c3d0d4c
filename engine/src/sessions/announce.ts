import type { Channel } from '../primitives/channel.ts'
import type { SessionId } from '../primitives/ids.ts'
import type { Log } from '../primitives/log.ts'

/**
 * Tells every node that these sessions changed. Called after the commit. Where the channel is down the act stands all the
 * same: the other nodes trust nothing while they hear no heartbeat, and ask the database (SPEC section 17).
 */
export const announce = async (
  deps: { readonly channel: Channel; readonly log: Log },
  ids: readonly SessionId[],
): Promise<void> => {
  if (ids.length === 0) return
  try {
    await deps.channel.publish(ids.map((id) => ({ kind: 'session', id })))
  } catch (error) {
    deps.log.warn({ err: error, sessions: ids.length }, 'other nodes were not told; they see it at their next look-up')
  }
}

// A channel between nodes that knows when it is deaf (PROTOCOL.md, "Revocation everywhere").
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Channel, Invalidation } from '../primitives/channel.ts'
import type { Log } from '../primitives/log.ts'
import { randomToken } from '../primitives/random.ts'
import { StoreUnavailableError } from '../primitives/unavailable.ts'
import { decode, encodeBeat, encodeMessages } from './channel-messages.ts'
import { keepConnected, type Link } from './keep-connected.ts'
import { createListeners } from './listeners.ts'
import { within } from './within.ts'

export type ChannelLink = Link & { send(text: string): Promise<unknown> }

const beatEveryMs = 1_000
const silentAfterMs = 3_000
const sendWithinMs = 2_000
/** Fewer than what would be told as `everything`. */
const togetherAtMost = 500

/**
 * A node sends itself a heartbeat through the channel each second. It is alive while one that was sent less than 3 s ago
 * has come back: so a path that is slow, or delivers late, counts as silent too. Times are of the monotonic clock.
 */
export const createHeartbeatChannel = (options: {
  readonly what: string
  readonly open: (receive: (text: string) => void, lost: (cause: Error) => void) => ChannelLink
  readonly log: Log
}): Channel => {
  const { what, open, log } = options
  const self = randomToken(12)
  const listeners = createListeners(log)
  let lastBeatAt = Number.NEGATIVE_INFINITY
  let upSince = 0

  const isAlive = () => performance.now() - lastBeatAt <= silentAfterMs

  const receive = (text: string) => {
    const received = decode(text)
    if (received.kind === 'messages') {
      // Its own were told when they were sent.
      if (received.from !== self) for (const message of received.messages) listeners.tell(message)
      return
    }
    if (received.from !== self) return
    const wasAlive = isAlive()
    lastBeatAt = Math.max(lastBeatAt, received.at)
    // Messages may have been missed. Whoever asks `isAlive` next has forgotten what he held.
    if (!wasAlive && isAlive()) listeners.tell({ kind: 'everything' })
  }

  const beat = (link: ChannelLink) => {
    link.send(encodeBeat(self, performance.now())).catch((error: unknown) => {
      log.debug({ err: error }, `a heartbeat could not be sent through ${what}`)
    })
  }

  const kept = keepConnected<ChannelLink>({
    what,
    log,
    open: (lost) => open(receive, lost),
    onUp: (link) => {
      upSince = performance.now()
      log.info({}, `${what} is connected`)
      beat(link)
    },
    // What comes from now on is missed: no waiting for the 3 s.
    onDown: () => {
      lastBeatAt = Number.NEGATIVE_INFINITY
    },
  })

  const timer = setInterval(() => {
    const link = kept.current()
    if (!link) return
    if (performance.now() - Math.max(lastBeatAt, upSince) > silentAfterMs) kept.drop(new Error(`${what} is silent`))
    else beat(link)
  }, beatEveryMs)

  const send = async (messages: readonly Invalidation[]) => {
    await kept.firstTry
    const link = kept.current()
    if (!link) throw new StoreUnavailableError(`${what} is not connected`)
    const texts = encodeMessages(self, messages)
    await within(sendWithinMs, what, Promise.all(texts.map((text) => link.send(text)))).catch((cause: unknown) => {
      throw new StoreUnavailableError(`${what} did not take a message`, { cause })
    })
  }

  /** What is told in one turn of the event loop goes as one text: 50 at once are one command, not 50. */
  let next: { readonly messages: Invalidation[]; readonly sent: Promise<void> } | null = null
  const sendTogether = (messages: readonly Invalidation[]): Promise<void> => {
    if (next && next.messages.length + messages.length <= togetherAtMost) {
      next.messages.push(...messages)
      return next.sent
    }
    const own = [...messages]
    const sent = nextTurn().then(() => {
      if (next?.messages === own) next = null
      return send(own)
    })
    next = { messages: own, sent }
    return sent
  }

  return {
    publish: (messages) => {
      for (const message of messages) listeners.tell(message)
      return sendTogether(messages)
    },
    isAlive,
    subscribe: listeners.subscribe,
    close: async () => {
      clearInterval(timer)
      listeners.clear()
      await kept.close()
      lastBeatAt = Number.NEGATIVE_INFINITY
    },
  }
}

// Answers of providers, kept in Redis for all nodes. While it is out of reach there is no cache, and nothing fails of that.
import { z } from 'zod'
import { type Changing, textNow } from '../primitives/changing.ts'
import type { Log } from '../primitives/log.ts'
import { StoreUnavailableError } from '../primitives/unavailable.ts'
import type { AnswerKey, KeptAnswer, ProviderCache } from '../provider-calls/provider-cache.ts'
import { keepConnected } from './keep-connected.ts'
import { openRedisLink, type RedisLink } from './redis-link.ts'
import { within } from './within.ts'

const commandWithinMs = 1_000

const kept = z.strictObject({
  identityId: z.string(),
  grantedAt: z.number(),
  signedOutAt: z.number(),
  text: z.string().nullable(),
  status: z.number(),
  askedAt: z.number(),
}) satisfies z.ZodType<KeptAnswer>

/**
 * @example
 * const cache = createRedisProviderCache({ url: process.env.REDIS_URL, log })
 */
export const createRedisProviderCache = ({
  url,
  log,
}: {
  readonly url: Changing
  readonly log: Log
}): ProviderCache => {
  const link = keepConnected<RedisLink>({
    what: 'Redis (answers of providers)',
    log,
    open: (lost) => openRedisLink(textNow(url), lost),
    onUp: () => {},
    onDown: () => {},
  })
  /** Null where Redis could not say. One that is silent is let go, so that no more than a few wait for it. */
  const ask = async <Value>(work: (link: RedisLink) => Promise<Value>): Promise<Value | null> => {
    try {
      await within(commandWithinMs, 'Redis', link.firstTry)
      const current = link.current()
      return current && (await within(commandWithinMs, 'Redis', work(current)))
    } catch (cause) {
      if (cause instanceof StoreUnavailableError && link.current()) link.drop(cause)
      return null
    }
  }
  return {
    get: async (key) => {
      const text = await ask(({ client }) => client.get(toId(key)))
      return text === null ? null : (kept.safeParse(parse(text)).data ?? null)
    },
    put: async (key, answer, keepMs) => {
      const expiration = { type: 'PX', value: keepMs } as const
      await ask(({ client }) => client.set(toId(key), JSON.stringify(answer), { expiration }))
    },
    close: link.close,
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The braces are a hash tag: in a cluster all that is about one user is on one node. */
const toId = ({ userId, provider, what }: AnswerKey): string => `vigile:answer:{${userId}}:${provider}:${what}`

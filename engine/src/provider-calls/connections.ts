// What an application reads at a provider in a person's name: from the cache while that is fresh, once however many ask, and from
// the cache again while the provider is down (RES-3).
import type { IdentityStore, ToCall } from '../identities/store.ts'
import type { UserId } from '../primitives/ids.ts'
import {
  type ConnectionRefusal,
  type FreshTokenDeps,
  freshToken,
  type RefreshTokens,
  unavailable,
} from './fresh-token.ts'
import { type AnswerKey, type KeptAnswer, keepMs, keptStill, type ProviderCache, standingOf } from './provider-cache.ts'
import type { ProviderAnswer, ProviderFailure } from './provider-client.ts'
import type { ProviderClients } from './provider-clients.ts'

export type ConnectionAnswer =
  | {
      readonly ok: true
      /** JSON as the provider gave it, not checked any further. */
      readonly value: unknown
      /** Epoch milliseconds: when it was asked for. */
      readonly fetchedAt: number
      /** True: the provider does not answer now, and this is what it said before. */
      readonly isStale: boolean
    }
  | ConnectionRefusal
  | ReadRefused

/** The provider did answer, and this is what it said: a 404, say, for who is no member. */
type ReadRefused = { readonly ok: false; readonly error: 'refused'; readonly status: number }

export type Connections = {
  /**
   * Reads at a provider in the name of a user: `profile` and `guilds` at Discord, `profile` at GitHub, and what the provider's
   * option `reads` adds. Answers are kept for each user for as long as the read says (`lifeSeconds`), and asked for once however
   * many ask at once; when a session of the user is ended, or the user signs in with the provider again, they are asked for anew.
   * While the provider is down (no answer, none that can be read, 5xx, a limit), what it said within the last day is given, marked
   * `isStale`. A no is never answered with an old yes.
   *
   * Refuses `not_linked` (the user has no account there, or is disabled or closed here), `consent_needed` (the user must sign in with the provider again: what
   * was allowed has ended, or does not cover this: 401, 403), `refused` (any other 4xx, which is its `status`, and holds as long as
   * an answer does) and `provider_unavailable` (`retryAfterSeconds`, null: it does not say).
   * Throws a `TypeError` on a provider or a read that is not configured. Takes 10 s at most.
   *
   * @example
   * const guilds = await auth.connections.read(user.id, 'discord', 'guilds')
   * if (guilds.ok) show(guilds.value, { isStale: guilds.isStale })
   * else if (guilds.error === 'consent_needed') location.assign('/api/auth/oauth/discord?again=1')
   */
  read(userId: UserId, provider: string, what: string): Promise<ConnectionAnswer>
}

type Read = {
  readonly url: string
  readonly lifeSeconds: number
  readonly headers?: Readonly<Record<string, string>> | undefined
}
export type Readable = {
  readonly id: string
  readonly server: { readonly issuer: string }
  readonly reads: Readonly<Record<string, Read>>
  readonly refresh: RefreshTokens
}

export type ConnectionDeps = Omit<FreshTokenDeps, 'identities' | 'wait'> & {
  readonly identities: FreshTokenDeps['identities'] & Pick<IdentityStore, 'findToCall'>
  readonly providers: readonly Readable[]
  readonly clients: Pick<ProviderClients, 'of' | 'wait'>
  readonly cache: ProviderCache
}

type Fetched = { readonly ok: true; readonly text: string; readonly askedAt: number } | ConnectionRefusal | ReadRefused

const allowedMs = 10_000
/** A token that does not cover a read is not tried again for so long, unless the user signs in with the provider anew. */
const refusalLifeMs = 300_000
/** Longer answers are given, and not kept. */
const maxKeptLength = 256 * 1024
const consentNeeded = { ok: false, error: 'consent_needed' } as const

export const createConnections = (deps: ConnectionDeps): Connections => {
  const { identities, cache, clock } = deps
  const underWay = new Map<string, Promise<Fetched>>()

  return {
    read: async (userId, provider, what) => {
      const source = sourceOf(deps.providers, provider, what)
      const found = await identities.findToCall(userId, { provider, issuer: source.issuer })
      if (!found) return { ok: false, error: 'not_linked' }
      const key = { userId, provider, what }
      const standing = standingOf(found)
      const held = await cache.get(key)
      const kept = held && keptStill(held, standing, clock.now()) ? held : null
      if (kept && clock.now() - kept.askedAt < (needsConsent(kept.status) ? refusalLifeMs : source.lifeSeconds * 1_000))
        return kept.text === null ? refusalOf(kept.status) : present(kept.text, kept.askedAt)

      // Who asks after a sign-out does not share what was asked for before it.
      const flight = JSON.stringify([what, standing])
      const fetching =
        underWay.get(flight) ?? fetchAnswer(deps, key, source, found).finally(() => underWay.delete(flight))
      underWay.set(flight, fetching)
      const fetched = await fetching
      if (fetched.ok) return present(fetched.text, fetched.askedAt)
      const isDown = fetched.error === 'provider_unavailable'
      return isDown && kept?.text ? { ...present(kept.text, kept.askedAt), isStale: true } : fetched
    },
  }
}

const needsConsent = (status: number): boolean => status === 401 || status === 403
const refusalOf = (status: number): ConnectionRefusal | ReadRefused =>
  needsConsent(status) ? consentNeeded : { ok: false, error: 'refused', status }

/** Each caller has a value of its own. */
const present = (text: string, fetchedAt: number) =>
  ({ ok: true, value: JSON.parse(text) as unknown, fetchedAt, isStale: false }) as const

type Source = Read & Pick<Readable, 'refresh'> & { readonly issuer: string }

const sourceOf = (providers: readonly Readable[], id: string, what: string): Source => {
  const provider = providers.find((one) => one.id === id)
  const list = (names: readonly string[]) => `here are ${names.join(', ') || 'none'}`
  if (!provider) throw new TypeError(`there is no provider "${id}": ${list(providers.map((one) => one.id))}`)
  const { reads, refresh, server } = provider
  const read = Object.hasOwn(reads, what) ? reads[what] : undefined
  if (!read) throw new TypeError(`there is no read "${what}" of ${id}: ${list(Object.keys(reads))}`)
  return { ...read, refresh, issuer: server.issuer }
}

const fetchAnswer = async (deps: ConnectionDeps, key: AnswerKey, source: Source, found: ToCall): Promise<Fetched> => {
  const { clock, log, cache } = deps
  const askedAt = clock.now()
  const leftMs = () => allowedMs - (clock.now() - askedAt)
  const client = deps.clients.of(key.provider, `read ${key.what}`)
  const input = { refresh: source.refresh, leftMs }
  const tokenDeps = { ...deps, wait: deps.clients.wait }
  const ask = (token: string): Promise<ProviderAnswer | ProviderFailure> =>
    client.send(
      { url: source.url, headers: { ...source.headers, Authorization: `Bearer ${token}` } },
      { repeatable: true, leftMs },
    )
  let token = await freshToken(tokenDeps, found.identity, input)
  if (!token.ok) return token
  let answer = await ask(token.accessToken)
  if (answer.ok && answer.status === 401) {
    token = await freshToken(tokenDeps, found.identity, { ...input, refused: token.accessToken })
    if (!token.ok) return token
    answer = await ask(token.accessToken)
  }
  if (!answer.ok) return unavailable(answer.retryAfterSeconds)

  const { status, headers } = answer
  const keep = (text: string | null) => {
    const kept: KeptAnswer = { ...standingOf(found), text, status, askedAt }
    return (text?.length ?? 0) > maxKeptLength ? undefined : cache.put(key, kept, keepMs)
  }
  if (status >= 400 && !(status === 403 && isLimit(headers))) {
    // In place of what was kept: who has left a guild is not let in as its member because it has answered otherwise before.
    await keep(null)
    return refusalOf(status)
  }
  const text = status === 200 ? wellFormed(answer.body) : null
  if (text === null) {
    const { provider, what } = key
    log.warn({ provider, what, status }, 'what a provider answered can’t be read')
    return unavailable(null)
  }
  await keep(text)
  return { ok: true, text, askedAt }
}

/** GitHub says 403 of its limits too. Discord counts with every answer, a no as well, and says when the count begins anew. */
const isLimit = (headers: Headers): boolean =>
  headers.has('retry-after') ||
  (headers.get('x-ratelimit-remaining') === '0' && !headers.has('x-ratelimit-reset-after'))

const wellFormed = (body: Uint8Array): string | null => {
  const text = new TextDecoder().decode(body)
  try {
    JSON.parse(text)
    return text
  } catch {
    return null
  }
}

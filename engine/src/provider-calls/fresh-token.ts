// A token of a person that the provider accepts: refreshed shortly before its end, by one node at a time (OAU-7). Where a provider
// rotates refresh tokens, a second use of one would end them all.
import { openTokens, sealTokens, type Tokens } from '../identities/sealed-tokens.ts'
import type { Identity, IdentityStore, RefreshLease } from '../identities/store.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Alarm } from '../primitives/alarm.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Log } from '../primitives/log.ts'
import { StoreUnavailableError, UnavailableError } from '../primitives/unavailable.ts'
import { ProviderCallError } from './provider-fetch.ts'

/**
 * Asks the provider once. Null: the refresh token is good for nothing any more (`invalid_grant`). Rejects with a
 * `ProviderCallError` where there is no answer to take.
 */
export type RefreshTokens = (refreshToken: string, leftMs: () => number) => Promise<Tokens | null>

export type FreshTokenDeps = {
  readonly identities: Pick<IdentityStore, 'listOfUser' | 'beginRefresh' | 'endRefresh' | 'leaveRefresh'>
  readonly keyring: Pick<Keyring, 'find' | 'newest'>
  readonly clock: Clock
  /** Rejects when the node stops. */
  readonly wait: (ms: number) => Promise<void>
  readonly log: Log
  readonly alarm: Alarm
}

export type Unavailable = {
  readonly ok: false
  readonly error: 'provider_unavailable'
  readonly retryAfterSeconds: number | null
}
export type ConnectionRefusal = { readonly ok: false; readonly error: 'not_linked' | 'consent_needed' } | Unavailable
export type FreshToken = { readonly ok: true; readonly accessToken: string } | ConnectionRefusal

const refreshBeforeEndMs = 60_000
/** Longer than any refresh takes. A node that dies in the middle leaves it to another after this. */
export const leaseMs = 30_000
const lookAgainMs = 250
const triesToKeep = 3

export const unavailable = (retryAfterSeconds: number | null): Unavailable => ({
  ok: false,
  error: 'provider_unavailable',
  retryAfterSeconds,
})
const consentNeeded = { ok: false, error: 'consent_needed' } as const

/** @param input.refused is a token that the provider has refused: it is over, whatever its end was to be. */
export const freshToken = async (
  deps: FreshTokenDeps,
  found: Identity,
  input: { readonly refresh: RefreshTokens; readonly leftMs: () => number; readonly refused?: string },
): Promise<FreshToken> => {
  const { identities, keyring, clock, wait } = deps
  let identity: Identity | undefined = found
  while (identity) {
    const tokens: Tokens | null = await openTokens(keyring, identity).catch(sayUnknownKey(deps, identity))
    if (tokens === null) return consentNeeded
    const { accessToken, refreshToken } = tokens
    const now = clock.now()
    const leftMs = accessToken === input.refused ? 0 : (tokens.expiresAt ?? Number.POSITIVE_INFINITY) - now
    const good = leftMs > 0 ? ({ ok: true, accessToken } as const) : null
    if (good && (leftMs > refreshBeforeEndMs || refreshToken === null)) return good

    const lease = { id: identity.id, until: now + leaseMs }
    if (await identities.beginRefresh(identity, lease.until, now)) {
      const done = await useTurn(deps, { identity, tokens, lease, good }, input)
      if (done) return done
    } else {
      // Another call or node is at it, or has done it by now.
      if (good) return good
      if (input.leftMs() < lookAgainMs) return unavailable(1)
      await wait(lookAgainMs)
    }
    identity = (await identities.listOfUser(found.userId)).find(({ id }) => id === found.id)
  }
  return { ok: false, error: 'not_linked' }
}

/**
 * Its key is of a secret that this node does not have. That may pass: the secret comes to this node last. Where it was dropped before
 * all was sealed anew, an operator has to know; whoever signs in with the provider again is helped.
 */
const sayUnknownKey =
  ({ alarm }: FreshTokenDeps, { provider, tokens }: Identity) =>
  (error: unknown): never => {
    if (error instanceof UnavailableError && !(error instanceof StoreUnavailableError))
      alarm(
        { provider, key: tokens?.keyId ?? '', alert: 'tokens_sealed' },
        'tokens are sealed with a key that is not here',
      )
    throw error
  }

type Turn = {
  readonly identity: Identity
  readonly tokens: Tokens
  readonly lease: RefreshLease
  /** What can be used where the provider can't be asked. */
  readonly good: FreshToken | null
}

/** Null: the tokens are others by now. */
const useTurn = async (
  deps: FreshTokenDeps,
  { identity, tokens, lease, good }: Turn,
  { refresh, leftMs }: { readonly refresh: RefreshTokens; readonly leftMs: () => number },
): Promise<FreshToken | null> => {
  let renewed: Tokens | null = null
  try {
    if (tokens.refreshToken !== null) renewed = await refresh(tokens.refreshToken, leftMs)
  } catch (error) {
    await deps.identities.leaveRefresh(lease)
    if (!(error instanceof ProviderCallError)) throw error
    return good ?? unavailable(error.retryAfterSeconds)
  }
  // What is not said again stays as it was (RFC 6749, section 6).
  const { refreshToken, scope } = tokens
  const kept = renewed && {
    ...renewed,
    refreshToken: renewed.refreshToken ?? refreshToken,
    scope: renewed.scope ?? scope,
  }
  const sealed = kept && sealTokens(deps.keyring, identity, kept)
  if (!(await keep(deps, () => deps.identities.endRefresh(lease, sealed)))) return null
  if (kept) return { ok: true, accessToken: kept.accessToken }
  deps.log.info({ provider: identity.provider }, 'a provider no longer accepts a person’s tokens: they are dropped')
  return consentNeeded
}

/** The provider gives these tokens once: a short outage of the database must not lose them. Done twice, the second finds nothing to do. */
const keep = async ({ wait }: FreshTokenDeps, end: () => Promise<boolean>): Promise<boolean> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await end()
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || tries === triesToKeep) throw error
      await wait(lookAgainMs)
    }
  }
}

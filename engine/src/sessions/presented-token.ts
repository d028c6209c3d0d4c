// Which of the refresh cookies that came is the session's token. Browsers may send several of one name, planted ones among them.
import type { DerivedKeys } from '../keys/derive.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { SessionId } from '../primitives/ids.ts'
import { type ParsedRefreshToken, parseRefreshToken, verifyRefreshToken } from './refresh-token.ts'
import type { SessionStore } from './store.ts'

/** A refresh token whose MAC was right, and the key that made it. */
export type GenuineToken = ParsedRefreshToken & { readonly key: DerivedKeys }

export type Presentation =
  | { readonly kind: 'none' }
  /** Nothing with a right MAC; `token` is the first that came. */
  | { readonly kind: 'invalid'; readonly token: string }
  /** Made with a key that this node does not know: 503, never the end of the session. */
  | { readonly kind: 'unknown_key' }
  /** Every genuine token, each to be ended at sign-in and sign-out. */
  | { readonly kind: 'genuine'; readonly tokens: readonly [GenuineToken, ...GenuineToken[]] }

/** Tokens that are looked at: more than the cookies that a browser keeps for one site, so planted ones hide none. */
const maxCandidates = 200

export const readPresentation = async (keyring: Keyring, values: readonly string[]): Promise<Presentation> => {
  const [first] = values
  if (first === undefined) return { kind: 'none' }
  const genuine: GenuineToken[] = []
  let unknownKey = false
  for (const parsed of values.flatMap((value) => parseRefreshToken(value) ?? []).slice(0, maxCandidates)) {
    const key = await keyring.find(parsed.keyId)
    if (!key) unknownKey = true
    else if (verifyRefreshToken({ id: key.id, key: key.mac }, parsed)) genuine.push({ ...parsed, key })
  }
  const [one, ...others] = genuine
  if (one) return { kind: 'genuine', tokens: [one, ...others] }
  return unknownKey ? { kind: 'unknown_key' } : { kind: 'invalid', token: first }
}

/** The newest of some tokens of one session; null where there are none. */
export const newestToken = (tokens: readonly GenuineToken[]): GenuineToken | null =>
  tokens.length === 0 ? null : tokens.reduce(later)

const later = (a: GenuineToken, b: GenuineToken): GenuineToken =>
  b.generation > a.generation || (b.generation === a.generation && b.issue > a.issue) ? b : a

/**
 * The token that counts (SPEC section 16): of the session that the CSRF token is bound to, without one of the newest
 * session; of that session the highest generation, then issue.
 */
export const chooseToken = async (
  tokens: readonly [GenuineToken, ...GenuineToken[]],
  boundTo: (id: SessionId) => boolean,
  sessions: Pick<SessionStore, 'findMany'>,
): Promise<GenuineToken> => {
  const [first, ...others] = tokens
  if (others.every((token) => token.sessionId === first.sessionId)) return tokens.reduce(later)
  const bound = tokens.filter((token) => boundTo(token.sessionId))
  if (bound.length > 0) return bound.reduce(later)
  const found = (await sessions.findMany([...new Set(tokens.map((token) => token.sessionId))])).sessions
  const newest = found.toSorted((a, b) => b.createdAt - a.createdAt)[0]
  const ofNewest = tokens.filter((token) => token.sessionId === newest?.id)
  return ofNewest.length > 0 ? ofNewest.reduce(later) : tokens.reduce(later)
}

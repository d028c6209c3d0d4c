// The cookies of one browser. A jar is never changed, only replaced: a snapshot costs nothing.

export type Token = {
  readonly sessionId: string
  readonly generation: number
  readonly issue: number
  readonly keyId: string
}

/** `until`: when the browser drops it, by its own clock. */
export type AccessCookie = Omit<Token, 'keyId'> & { readonly expiresAt: number; readonly until: number }
export type RefreshCookie = Token & { readonly until: number }

export type Jar = {
  readonly access: AccessCookie | null
  readonly refresh: RefreshCookie | null
  /** The session that the CSRF token is bound to; empty where there is none. */
  readonly csrf: string
}

/** What an answer sets. `'clear'`: everything goes, as at sign-out. */
export type SetCookies =
  | { readonly access?: Omit<AccessCookie, 'until'>; readonly refresh?: Token; readonly lifeMs: number }
  | 'clear'

export const emptyJar: Jar = { access: null, refresh: null, csrf: '' }

/** Nothing secret in a simulation: a token's name is its fingerprint. */
export const fingerprintOf = ({ keyId, sessionId, generation, issue }: Token): string =>
  `${keyId}.${sessionId}.${generation}.${issue}`

export const tokenName = ({ sessionId, generation, issue }: Omit<Token, 'keyId'>): string =>
  `${sessionId}(${generation},${issue})`

/** Of a later sign-in, or a later sibling of the same generation. */
export const isNewer = (one: Token, other: Token): boolean =>
  one.sessionId === other.sessionId
    ? one.generation === other.generation && one.issue > other.issue
    : numberOf(one) > numberOf(other)

/** Sessions are counted: `s12`. */
const numberOf = ({ sessionId }: Token): number => Number(sessionId.slice(1))

export const withCookies = (jar: Jar, set: SetCookies, accessLifeMs: number, wall: number): Jar => {
  if (set === 'clear') return emptyJar
  const access = set.access ? { ...set.access, until: wall + accessLifeMs } : jar.access
  if (!set.refresh) return { ...jar, access }
  return { access, refresh: { ...set.refresh, until: wall + set.lifeMs }, csrf: set.refresh.sessionId }
}

/** Without what its Max-Age has ended. */
export const pruned = (jar: Jar, wall: number): Jar => {
  if (jar.refresh && jar.refresh.until <= wall) return emptyJar
  return jar.access && jar.access.until <= wall ? { ...jar, access: null } : jar
}

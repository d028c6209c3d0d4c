// A site with a way behind the counter: sessions in any state the protocol knows, and the tokens that go with them.
import { createCsrfToken } from '../../engine/src/http/csrf.ts'
import { type DerivedKeys, deriveKeys } from '../../engine/src/keys/derive.ts'
import { createSessionId, type SessionId, type UserId } from '../../engine/src/primitives/ids.ts'
import { silentLog } from '../../engine/src/primitives/log.ts'
import { deriveRefreshToken, fingerprintOf } from '../../engine/src/sessions/refresh-token.ts'
import type { SessionRow } from '../../engine/src/sessions/store.ts'
import type { Database } from '../../engine/src/stores/database.ts'
import { openPostgres } from '../../engine/src/stores/postgres.ts'
import { openSqlite } from '../../engine/src/stores/sqlite.ts'
import { openSite, type Site, type SiteOptions, type StoreKind, testSecret } from '../support/site.ts'
import type { Reply, Visitor } from '../support/visitor.ts'

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

export const operator = { kind: 'operator', name: 'a test' } as const

/** A second secret that the site still knows: what it made is to be taken, and nothing new to be made with it. */
export const olderSecret = 'pD4sK9wQx2mVz7nRb5tYc8hJf3gLa6eUo1iXk0vNqWrTsBjHyM-older-secret-02'
export const newestKey = deriveKeys(testSecret)
export const olderKey = deriveKeys(olderSecret)

export type State = Partial<SessionRow> & {
  /** Milliseconds since the latest token of the generation was issued; default a minute and a half. */
  readonly age?: number
  /** Milliseconds since the generation began; default as `age`. */
  readonly rotatedAge?: number
}

/** A session that is in the database, and a browser that may speak for it. */
export type Held = {
  readonly session: SessionRow
  readonly visitor: Visitor
  token(generation: number, issue: number, key?: DerivedKeys): string
  fingerprint(generation: number, issue: number): string
  /** Puts the refresh cookie of (generation, issue) into the jar. */
  hold(generation: number, issue: number, key?: DerivedKeys): void
  row(): Promise<SessionRow>
}

export type Desk = {
  readonly site: Site
  readonly database: Database
  readonly userId: UserId
  /** A session of the user in this state, and a browser with its CSRF cookie; `visitor`: one that is there already. */
  begin(state?: State, visitor?: Visitor): Promise<Held>
  find(id: SessionId): Promise<SessionRow | null>
  newUser(): Promise<UserId>
  close(): Promise<void>
}

export const openDatabase = (kind: StoreKind, address: string): Database =>
  kind === 'embedded'
    ? openSqlite({ file: address.slice('file:'.length), offset: { ms: 0 }, log: silentLog, exclusive: false })
    : openPostgres({ url: address, offset: { ms: 0 }, log: silentLog })

export const openDesk = async (kind: StoreKind, options: SiteOptions = {}): Promise<Desk> => {
  const site = await openSite(kind, { secrets: [testSecret, olderSecret], ...options })
  const database = openDatabase(kind, site.database)
  const find = async (id: SessionId) => (await database.sessions.find(id)).session
  const newUser = async () => {
    const made = await site.vigile.users.create({ email: `${createSessionId()}@example.com` }, operator)
    if (!made.ok) throw new Error(made.error)
    return made.value.id as UserId
  }
  const userId = await newUser()
  return {
    site,
    database,
    userId,
    find,
    newUser,
    begin: async ({ age = 90_000, rotatedAge = age, ...state } = {}, visitor = site.visitor()) => {
      const now = site.now()
      const session: SessionRow = {
        id: createSessionId(),
        userId,
        generation: 3,
        issue: 0,
        winner: 0,
        previousWinner: 0,
        rotatedAt: now - rotatedAge,
        issuedAt: now - age,
        durable: true,
        keyId: newestKey.id,
        boundKey: null,
        replaces: null,
        idleExpiresAt: now + 7 * day - rotatedAge,
        expiresAt: now + 20 * day,
        revokedAt: null,
        revokedReason: null,
        createdAt: now - 10 * day,
        authenticatedAt: now - 10 * day,
        secondFactor: false,
        lastUsedAt: now - age,
        ip: null,
        userAgent: null,
        ...state,
      }
      await database.sessions.insert(session)
      const token = (generation: number, issue: number, key = newestKey) =>
        deriveRefreshToken({ id: key.id, key: key.mac }, { sessionId: session.id, generation, issue })
      visitor.jar.put({ name: 'vigile_csrf', value: createCsrfToken(newestKey, session.id), path: '/' })
      return {
        session,
        visitor,
        token,
        fingerprint: (generation, issue) => fingerprintOf(token(generation, issue)),
        hold: (generation, issue, key) =>
          visitor.jar.put({ name: 'vigile_refresh', value: token(generation, issue, key), path: '/api/auth' }),
        row: async () => (await find(session.id)) as SessionRow,
      }
    },
    close: async () => {
      await database.close()
      await site.close()
    },
  }
}

/** The cookies that an answer sets, by their base name. */
export const cookiesOf = (reply: Reply) =>
  Object.fromEntries(
    reply.setCookies.map((line) => {
      const [pair = '', ...attributes] = line.split('; ')
      const at = pair.indexOf('=')
      const maxAge = attributes.find((attribute) => attribute.startsWith('Max-Age='))?.slice('Max-Age='.length)
      const name = pair.slice(0, at).replace(/^(__Host-|__Secure-)?vigile_/, '')
      return [name, { value: pair.slice(at + 1), maxAge: maxAge === undefined ? undefined : Number(maxAge) }]
    }),
  ) as Record<string, { readonly value: string; readonly maxAge: number | undefined }>

export type Claims = {
  readonly sub: string
  readonly sid: string
  readonly gen: number
  readonly seq: number
  readonly iat: number
  readonly exp: number
}

/** What a token says, unverified. */
export const claimsOf = (jwt: string | undefined) =>
  JSON.parse(Buffer.from(jwt?.split('.')[1] ?? '', 'base64url').toString()) as Claims

/** The id of the key that a token names, unverified. */
export const keyIdOf = (jwt: string | undefined) =>
  (JSON.parse(Buffer.from(jwt?.split('.')[0] ?? '', 'base64url').toString()) as { readonly kid: string }).kid

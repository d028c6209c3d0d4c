// The sessions of a database with what their acts need, for tests that look into the store and make it fail.
import type { Context } from '../audit/entry.ts'
import { deriveKeys } from '../keys/derive.ts'
import type { Keyring } from '../keys/keyring.ts'
import type { Channel, Invalidation } from '../primitives/channel.ts'
import type { SessionId, UserId } from '../primitives/ids.ts'
import type { Log } from '../primitives/log.ts'
import type { Database } from '../stores/database.ts'
import { type Place, places, sampleAccount, sampleSession } from '../stores/samples.suite.ts'
import type { AccessTokens } from './access-token.ts'
import type { GenuineToken } from './presented-token.ts'
import { deriveRefreshToken } from './refresh-token.ts'
import { samplePolicy } from './session-samples.suite.ts'
import type { SessionRow } from './store.ts'

export const key = deriveKeys('the secret of this rig')

export const context: Context = { ip: '192.0.2.7', userAgent: 'a browser', requestId: 'request-1' }

export type Rig = Awaited<ReturnType<typeof openRig>>

export const openRig = async (kind: Place['kind'] = 'sqlite') => {
  const [, newPlace] = places.find(([name]) => name === kind) as (typeof places)[number]
  const offset = { ms: 0 }
  const place = await newPlace(offset)
  const database: Database = place.open()
  await database.migrate()
  const told: Invalidation[] = []
  const logged: { readonly level: string; readonly fields: object; readonly message: string }[] = []
  const write = (level: string) => (fields: object, message: string) => void logged.push({ level, fields, message })
  const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  const channel: Channel = {
    publish: async (messages) => void told.push(...messages),
    isAlive: () => true,
    subscribe: () => () => {},
    close: async () => {},
  }
  const keyring: Keyring = {
    find: async (id) => (id === key.id ? key : null),
    ids: () => [key.id],
    newest: () => key,
    report: async () => {},
    reload: async () => {},
    tell: async () => {},
    learn: async () => {},
    leave: async () => {},
  }
  const accessTokens: AccessTokens = {
    sign: async ({ generation, issue, expiresAt }) => `${generation}.${issue}.${expiresAt}`,
    verify: async () => null,
  }
  const account = sampleAccount()
  await database.accounts.insert(account)
  const userId: UserId = account.id
  const dbNow = async () => (await database.sessions.findMany([])).now
  return {
    database,
    /** Another handle on the same data, as another node has. */
    second: () => place.open(),
    deps: {
      ...{ ...database, channel, log, keyring, accessTokens },
      policy: samplePolicy,
      requireSameDatabase: async () => {},
    },
    told,
    logged,
    userId,
    now: dbNow,
    /** Moves the time of the database, for every handle. */
    move: (ms: number) => {
      offset.ms += ms
    },
    /** A live session: generation 3, confirmed, durable, its token a minute old. */
    insert: async (changes: Partial<SessionRow> & { readonly age?: number } = {}): Promise<SessionRow> => {
      const { age = 60_000, ...rest } = changes
      const now = await dbNow()
      const row = sampleSession({
        userId,
        generation: 3,
        winner: 0,
        previousWinner: 0,
        durable: true,
        keyId: key.id,
        rotatedAt: now - age,
        issuedAt: now - age,
        createdAt: now - 3_600_000,
        authenticatedAt: now - 3_600_000,
        secondFactor: false,
        lastUsedAt: now - age,
        idleExpiresAt: now + 7 * 86_400_000,
        expiresAt: now + 20 * 86_400_000,
        ...rest,
      })
      await database.sessions.insert(row)
      return row
    },
    read: async (id: SessionId) => (await database.sessions.find(id)).session as SessionRow,
    entries: async (action: string) => database.audit.list({ limit: 100, action }),
    token: (session: SessionRow, changes: { generation?: number; issue?: number } = {}): GenuineToken => {
      const { generation = session.generation, issue = session.issue } = changes
      const claims = { sessionId: session.id, generation, issue }
      return { ...claims, key, keyId: key.id, token: deriveRefreshToken({ id: key.id, key: key.mac }, claims) }
    },
    close: () => place.remove(),
  }
}

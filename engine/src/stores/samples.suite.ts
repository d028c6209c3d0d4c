// Rows for tests, and places where a database can be opened more than once.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freshDatabase } from '../../../tests/services/run.ts'
import type { Account } from '../accounts/store.ts'
import type { Identity } from '../identities/store.ts'
import type { ClockOffset } from '../primitives/clock.ts'
import { createSessionId, createUserId, type UserId } from '../primitives/ids.ts'
import { silentLog } from '../primitives/log.ts'
import { randomToken } from '../primitives/random.ts'
import type { SessionRow } from '../sessions/store.ts'
import type { EntryMac } from './audit-store.ts'
import type { Database } from './database.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

export type Place = {
  readonly kind: 'sqlite' | 'postgres'
  /** A file or a URL. */
  readonly address: string
  /** Another handle on the same data, as another process would have. */
  open(): Database
  /** Closes every handle, and removes the data. */
  remove(): Promise<void>
}

const place = (kind: Place['kind'], address: string, open: () => Database, clear: () => void): Place => {
  const opened: Database[] = []
  return {
    kind,
    address,
    open: () => {
      const database = open()
      opened.push(database)
      return database
    },
    remove: async () => {
      await Promise.all(opened.map((database) => database.close()))
      clear()
    },
  }
}

const sqlitePlace = async (offset: ClockOffset = { ms: 0 }, entryMac: EntryMac = null): Promise<Place> => {
  const folder = mkdtempSync(join(tmpdir(), `vigile-test-${process.pid}-sqlite-`))
  const file = join(folder, 'vigile.db')
  const open = () => openSqlite({ file, offset, entryMac, log: silentLog, exclusive: false })
  return place('sqlite', file, open, () => rmSync(folder, { recursive: true, force: true }))
}

const postgresPlace = async (offset: ClockOffset = { ms: 0 }, entryMac: EntryMac = null): Promise<Place> => {
  const url = await freshDatabase()
  return place(
    'postgres',
    url,
    () => openPostgres({ url, offset, entryMac, log: silentLog }),
    () => {},
  )
}

export const places = [
  ['sqlite', sqlitePlace],
  ['postgres', postgresPlace],
] as const

export const sampleAccount = (changes: Partial<Account> = {}): Account => {
  const id = createUserId()
  return {
    id,
    email: `${id}@example.com`,
    emailKey: `${id}@example.com`,
    emailVerifiedAt: null,
    name: null,
    image: null,
    locale: null,
    isActive: true,
    passwordHash: 'hash',
    createdAt: 1_000,
    updatedAt: 1_000,
    ...changes,
  }
}

export const sampleSession = (changes: Partial<SessionRow> & Pick<SessionRow, 'userId'>): SessionRow => ({
  id: createSessionId(),
  generation: 0,
  issue: 0,
  winner: null,
  previousWinner: null,
  rotatedAt: 1_000,
  issuedAt: 1_000,
  durable: false,
  keyId: 'key-1',
  boundKey: null,
  replaces: null,
  idleExpiresAt: 10_000,
  expiresAt: 20_000,
  revokedAt: null,
  revokedReason: null,
  createdAt: 1_000,
  authenticatedAt: 1_000,
  secondFactor: false,
  lastUsedAt: 1_000,
  ip: '192.0.2.1',
  userAgent: 'test',
  ...changes,
})

export const sampleIdentity = (userId: UserId, subject: string = randomToken(16)): Identity => ({
  id: randomToken(16),
  userId,
  provider: 'discord',
  issuer: 'https://discord.com',
  subject,
  email: 'ada@example.com',
  label: '@ada',
  createdAt: 1_000,
  lastUsedAt: null,
  grantedAt: 1_000,
  tokens: null,
  refreshingUntil: null,
})

/** The outcomes of the same act done `times` at once, by turns on each handle. */
export const atOnce = <Result>(
  times: number,
  handles: readonly Database[],
  act: (database: Database, index: number) => Promise<Result>,
): Promise<Result[]> =>
  Promise.all(Array.from({ length: times }, (_, index) => act(handles[index % handles.length] as Database, index)))

export const countOf = <Value>(values: readonly Value[], wanted: Value): number =>
  values.filter((value) => value === wanted).length

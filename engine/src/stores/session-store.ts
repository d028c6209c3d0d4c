// Sessions in SQL. The hot statements are compiled once (find, findMany, insert, change).
import type { SessionEndReason } from '@vigile/contract'
import { type Kysely, sql } from 'kysely'
import type { SessionId, UserId } from '../primitives/ids.ts'
import type { SessionRow, SessionStore } from '../sessions/store.ts'
import { countOf } from './count-of.ts'
import { deleteOldest } from './delete-oldest.ts'
import type { Dialect } from './dialect.ts'
import { plain } from './plain.ts'
import { precompile } from './precompile.ts'
import type { Tables } from './schema.ts'

const columns = [
  'sessions.id',
  'sessions.user_id as userId',
  'sessions.generation',
  'sessions.issue',
  'sessions.winner',
  'sessions.previous_winner as previousWinner',
  'sessions.rotated_at as rotatedAt',
  'sessions.issued_at as issuedAt',
  'sessions.durable',
  'sessions.key_id as keyId',
  'sessions.bound_key as boundKey',
  'sessions.replaces',
  'sessions.idle_expires_at as idleExpiresAt',
  'sessions.expires_at as expiresAt',
  'sessions.revoked_at as revokedAt',
  'sessions.revoked_reason as revokedReason',
  'sessions.created_at as createdAt',
  'sessions.authenticated_at as authenticatedAt',
  'sessions.second_factor as secondFactor',
  'sessions.last_used_at as lastUsedAt',
  'sessions.ip',
  'sessions.user_agent as userAgent',
] as const

const maxIds = 1_000
const maxListed = 1_000
const revokedAtOnce = 5_000

/** Gives the stores of a database and of each of its transactions; `observe` hears every time the database tells. */
export const prepareSessionStore = (
  root: Kysely<Tables>,
  dialect: Dialect,
  observe: (databaseNow: number | null) => number,
): ((db: Kysely<Tables>) => SessionStore) => {
  // One row at least, with the time, whether the session is there or not.
  const clock = root.selectFrom(sql<{ now: number | null }>`(select ${dialect.now} as now)`.as('clock'))

  const find = precompile((wanted: { id: SessionId }) =>
    clock.leftJoin('sessions', (join) => join.on('sessions.id', '=', wanted.id)).select(['clock.now', ...columns]),
  )
  const findMany = precompile((wanted: { ids: readonly SessionId[] }) =>
    clock
      .leftJoin('sessions', (join) => join.on(dialect.isAny(sql.ref('sessions.id'), wanted.ids)))
      .select(['clock.now', ...columns]),
  )
  const findManyWithVersions = precompile((wanted: { ids: readonly SessionId[] }) =>
    clock
      .leftJoin('sessions', (join) => join.on(dialect.isAny(sql.ref('sessions.id'), wanted.ids)))
      .select(['clock.now', ...columns])
      // Not a join, for which PostgreSQL may read all accounts.
      .select(({ selectFrom }) =>
        selectFrom('users').select('users.updated_at').whereRef('users.id', '=', 'sessions.user_id').as('version'),
      )
      .select(({ selectFrom }) =>
        selectFrom('roles_state').select('roles_state.version').where('roles_state.id', '=', 1).as('rolesVersion'),
      ),
  )
  const insert = precompile((session: SessionRow) => root.insertInto('sessions').values(toColumns(session)))
  const change = precompile((next: SessionRow, read: SessionRow) =>
    root
      .updateTable('sessions')
      .set({
        generation: next.generation,
        issue: next.issue,
        winner: next.winner,
        previous_winner: next.previousWinner,
        rotated_at: next.rotatedAt,
        issued_at: next.issuedAt,
        durable: next.durable,
        key_id: next.keyId,
        idle_expires_at: next.idleExpiresAt,
        replaces: next.replaces,
        bound_key: next.boundKey,
        last_used_at: next.lastUsedAt,
      })
      .where('id', '=', read.id)
      .where('revoked_at', 'is', null)
      .where('generation', '=', read.generation)
      .where('issue', '=', read.issue)
      .where('winner', 'is not distinct from', read.winner)
      .where('previous_winner', 'is not distinct from', read.previousWinner)
      .where('durable', '=', read.durable)
      .where('rotated_at', '=', read.rotatedAt)
      .where('issued_at', '=', read.issuedAt)
      .where('key_id', '=', read.keyId)
      .where('idle_expires_at', '=', read.idleExpiresAt)
      .where('replaces', 'is not distinct from', read.replaces)
      .where('bound_key', 'is not distinct from', read.boundKey),
  )

  return (db) => {
    /** Locks those still unrevoked, in the order of the ids: two that end the same ones don't lock each other out. */
    const revokeThose = (ids: ReturnType<typeof selectUnrevoked>, reason: SessionEndReason, now: number) =>
      db
        .updateTable('sessions')
        .set({ revoked_at: now, revoked_reason: reason })
        .where('id', 'in', dialect.locked(ids.orderBy('id'), 'wait'))
    const selectUnrevoked = () => db.selectFrom('sessions').select('id').where('revoked_at', 'is', null)
    const endWaiting = (now: number) =>
      db.updateTable('pending_sign_ins').set({ ended_at: now, sealed_grant: null }).where('ended_at', 'is', null)
    const revoked = ['id', 'user_id as userId'] as const
    /** In parts, so that no statement takes too long. */
    const revokeAll = async (reason: SessionEndReason, now: number): Promise<number> => {
      await endWaiting(now).execute()
      for (let total = 0; ; ) {
        const part = revokeThose(selectUnrevoked().limit(revokedAtOnce), reason, now)
        const { numUpdatedRows } = await part.executeTakeFirstOrThrow()
        total += Number(numUpdatedRows)
        if (numUpdatedRows < revokedAtOnce) return total
      }
    }

    return {
      find: async (id) => {
        const { rows } = await find(db, { id })
        const { now, ...row } = rows[0] as Found
        return { session: toSession(row), now: observe(now) }
      },
      findMany: async (ids) => {
        checkCount(ids)
        const { rows } = await findMany(db, { ids })
        const now = observe((rows[0] as Found).now)
        const sessions = (rows as readonly Found[]).map(({ now: _, ...row }) => toSession(row))
        return { sessions: sessions.filter((session) => session !== null), now }
      },
      findManyWithVersions: async (ids) => {
        checkCount(ids)
        const { rows } = await findManyWithVersions(db, { ids })
        const now = observe((rows[0] as Found).now)
        const sessions: SessionRow[] = []
        const versions = new Map<UserId, number>()
        const found = rows as readonly (Found & { readonly version: number; readonly rolesVersion: number })[]
        for (const { now: _, version, rolesVersion: __, ...row } of found) {
          const session = toSession(row)
          if (!session) continue
          sessions.push(session)
          versions.set(session.userId, version)
        }
        return { sessions, versions, rolesVersion: found[0]?.rolesVersion ?? 0, now }
      },
      insert: async (session) => {
        await dialect.pass(db, 'together')
        await insert(db, session)
      },
      change: async (read, wanted, lastUsedAt) => {
        const { numAffectedRows } = await change(db, { ...read, ...wanted, lastUsedAt }, read)
        return numAffectedRows === 1n
      },
      revoke: async (ids, reason, now) => {
        checkCount(ids)
        const those = selectUnrevoked().where(dialect.isAny(sql.ref('id'), ids))
        return plain(await revokeThose(those, reason, now).returning(revoked).execute())
      },
      revokeAllOfUser: async (userId, reason, now, except) => {
        await endWaiting(now).where('user_id', '=', userId).execute()
        const those = selectUnrevoked()
          .where('user_id', '=', userId)
          .$if(except !== null, (query) => query.where('id', '!=', except as SessionId))
        return plain(await revokeThose(those, reason, now).returning(revoked).execute())
      },
      revokeAbove: async (userId, kept, reason, now) => {
        const newest = selectUnrevoked()
          .where('user_id', '=', userId)
          .where('ends_at', '>=', now)
          .orderBy('last_used_at', 'desc')
          .orderBy('id')
          .limit(kept)
        const others = selectUnrevoked()
          .where('user_id', '=', userId)
          .where('ends_at', '>=', now)
          .where('id', 'not in', newest)
        return plain(await revokeThose(others, reason, now).returning(revoked).execute())
      },
      revokeEveryones: async (reason, now) => {
        const those = await revokeAll(reason, now)
        // What a sign-in under way has begun is not seen until it commits. Waited for last: only these few keep others from signing in.
        await dialect.pass(db, 'alone')
        return those + (await revokeAll(reason, now))
      },
      listLive: async (userId, now) => {
        const rows = await db
          .selectFrom('sessions')
          .select(columns)
          .where('user_id', '=', userId)
          .where('revoked_at', 'is', null)
          .where('ends_at', '>=', now)
          .orderBy('last_used_at', 'desc')
          .orderBy('id')
          .limit(maxListed)
          .execute()
        return rows.map((row) => toSession(row) as SessionRow)
      },
      listEveryones: async ({ userId, ip, after, limit, now }) => {
        const rows = await db
          .selectFrom('sessions')
          .select(columns)
          .where('revoked_at', 'is', null)
          .where('ends_at', '>=', now)
          .$if(userId !== undefined, (query) => query.where('user_id', '=', userId as UserId))
          .$if(ip !== undefined, (query) => query.where('ip', '=', ip as string))
          .$if(after !== null, (query) => query.where(sql<boolean>`(created_at, id) < (${after?.at}, ${after?.id})`))
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .execute()
        return rows.map((row) => toSession(row) as SessionRow)
      },
      countLive: async (now, limit) => {
        const live = db.selectFrom('sessions').select('id').where('revoked_at', 'is', null).where('ends_at', '>=', now)
        return countOf(db, live.limit(limit))
      },
      countUnconfirmed: async (issuedBefore, limit) => {
        const newest = db
          .selectFrom('sessions')
          .select(['winner', 'issued_at'])
          .where('revoked_at', 'is', null)
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
        return db
          .selectFrom(newest.as('newest'))
          .select(({ fn }) => [
            fn.countAll<number>().as('sessions'),
            // A winner is counted where it is not null.
            sql<number>`count(*) - count(winner)`.as('unconfirmed'),
          ])
          .where('issued_at', '<', issuedBefore)
          .executeTakeFirstOrThrow()
      },
      deleteEnded: (before, limit) => deleteOldest(db, dialect, 'sessions', { before, limit }),
    }
  }
}

type Flag = 'durable' | 'secondFactor'
type Columns = { readonly [Field in keyof Omit<SessionRow, Flag>]: SessionRow[Field] | null } & {
  readonly [Field in Flag]: boolean | number | null
}
type Found = Columns & { readonly now: number | null }

/** Null where the join found no session. */
const toSession = (row: Columns): SessionRow | null =>
  row.id === null
    ? null
    : ({ ...row, durable: Boolean(row.durable), secondFactor: Boolean(row.secondFactor) } as SessionRow)

const toColumns = (session: SessionRow) => ({
  id: session.id,
  user_id: session.userId,
  generation: session.generation,
  issue: session.issue,
  winner: session.winner,
  previous_winner: session.previousWinner,
  rotated_at: session.rotatedAt,
  issued_at: session.issuedAt,
  durable: session.durable,
  key_id: session.keyId,
  bound_key: session.boundKey,
  replaces: session.replaces,
  idle_expires_at: session.idleExpiresAt,
  expires_at: session.expiresAt,
  revoked_at: session.revokedAt,
  revoked_reason: session.revokedReason,
  created_at: session.createdAt,
  authenticated_at: session.authenticatedAt,
  second_factor: session.secondFactor,
  last_used_at: session.lastUsedAt,
  ip: session.ip,
  user_agent: session.userAgent,
})

const checkCount = (ids: readonly unknown[]) => {
  if (ids.length > maxIds) throw new RangeError(`At most ${maxIds} sessions at once, not ${ids.length}`)
}

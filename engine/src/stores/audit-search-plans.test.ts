// A search of the record reads an index, and the newest entries of it alone, however long the record grows.
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { AuditEntry, Filter } from '../audit/store.ts'
import { openPlanned, planKinds } from './plans.suite.ts'

// The full size, ten million, is for VIGILE_AUDIT_ENTRIES.
const size = Number(process.env.VIGILE_AUDIT_ENTRIES ?? 10_000)

/** One in fifty is of one busy address, and half of these failed. */
const made = (index: number): AuditEntry => ({
  id: `entry-${index}`,
  at: index,
  userId: `user-${index % 500}`,
  actorId: index % 50 === 0 ? `user-${index % 500}` : null,
  action: index % 1_000 === 7 ? 'identity:link' : index % 100 === 3 ? 'session:sign-in:failed' : 'session:sign-in',
  resource: 'session',
  resourceId: `session-${index % 2_000}`,
  details: {},
  ip: index % 100 === 10 || index % 100 === 3 ? '192.0.2.1' : `198.51.100.${index % 250}`,
  userAgent: 'browser',
  requestId: null,
})

/** SQLite reads by time, whatever is rare. */
const rare = { postgres: 'audit_entries_by_action_start', sqlite: 'audit_entries_by_time' }

const searches: readonly (readonly [Filter, string | typeof rare])[] = [
  [{ ip: '192.0.2.1', action: 'session:sign-in:failed' }, 'audit_entries_by_ip'],
  [{ ip: '192.0.2.1', failed: true }, 'audit_entries_by_ip'],
  [{ userId: 'user-7' }, 'audit_entries_by_user'],
  [{ actorId: 'user-100' }, 'audit_entries_by_actor'],
  [{ userId: 'user-10', ip: '192.0.2.1', action: 'session:' }, 'audit_entries_by_user'],
  [{ resource: 'session', resourceId: 'session-7' }, 'audit_entries_by_resource'],
  [{ action: 'session:sign-in:failed' }, 'audit_entries_by_action_start'],
  // What the alerts count.
  [{ action: 'session:sign-in:failed', from: 5, to: size - 5 }, 'audit_entries_by_action_start'],
  [{ action: 'session:', from: 5 }, 'audit_entries_by_time'],
  [{ action: 'identity:' }, rare],
  [{}, 'audit_entries_by_time'],
]

test.each(planKinds)(
  'AUD-1 AUD-4 among many entries the newest of an address, a user, a thing or an action are read by an index (%s)',
  async (kind) => {
    const { db, stores, sentBy, planOf } = await openPlanned(kind)
    const { audit } = stores
    for (let from = 0; from < size; from += 1_000)
      await audit.append(Array.from({ length: 1_000 }, (_none, index) => made(from + index)))
    await sql`analyze`.execute(db)
    for (const [filter, index] of searches) {
      for (const order of ['newest first', 'oldest first'] as const) {
        const after = order === 'newest first' ? { at: size - 50, id: 'z' } : null
        const [statement] = await sentBy(async () => {
          const found = await audit.search({ ...filter, order, after, limit: 20 })
          expect(found.length, JSON.stringify(filter)).toBeGreaterThan(0)
        })
        if (!statement) throw new Error('nothing was sent')
        const plan = await planOf(statement)
        expect(plan, `${JSON.stringify(filter)} ${order}`).toContain(typeof index === 'string' ? index : index[kind])
        // On SQLite nothing is sorted: the first twenty that fit are all that is read. PostgreSQL may sort few.
        expect(plan).not.toMatch(/TEMP B-TREE|Seq Scan/)
      }
    }
    await db.destroy()
  },
)

import type { AlertRule } from '@vigile/contract'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { AlertRow, AlertStore } from '../alerts/store.ts'
import { deleteOldest } from './delete-oldest.ts'
import type { Dialect } from './dialect.ts'
import { plain } from './plain.ts'
import type { AlertsTable, Tables } from './schema.ts'

/** The watch has one row. */
const only = 1
/** The site has no name of its own. */
const site = ''
const nameOf = (subject: string | null): string => subject ?? site
const subjectOf = (name: string): string | null => (name === site ? null : name)

export const createAlertStore = (db: Kysely<Tables>, dialect: Dialect): AlertStore => {
  const watch = db.selectFrom('alert_watch').select('position').where('id', '=', only)
  const countByRule = db
    .selectFrom('alerts')
    .select((select) => ['rule', select.fn.countAll<number>().as('count')] as const)
    .groupBy('rule')
    .orderBy('rule')
  return {
    lockWatch: async (how) => (await dialect.locked(watch, how).executeTakeFirst())?.position ?? null,
    watched: async () => (await watch.executeTakeFirstOrThrow()).position,
    moveWatch: async (position) => {
      await db.updateTable('alert_watch').set({ position }).where('id', '=', only).execute()
    },
    recent: async ({ rule, subjects, since }) => {
      const rows = await db
        .selectFrom('alerts')
        .select(['id', 'subject', 'details', 'acknowledged_at'])
        .where('rule', '=', rule)
        .where(dialect.isAny(sql.ref('subject'), subjects.map(nameOf)))
        .where('first_at', '>=', since)
        .execute()
      return rows.map(({ id, subject, details, acknowledged_at: acknowledgedAt }) => ({
        id,
        subject: subjectOf(subject),
        details: JSON.parse(details) as AlertRow['details'],
        acknowledgedAt,
      }))
    },
    insert: async (alerts) => {
      const rows = alerts.map((alert) => ({
        id: alert.id,
        rule: alert.rule,
        severity: alert.severity,
        subject: nameOf(alert.subject),
        first_at: alert.firstAt,
        last_at: alert.lastAt,
        count: alert.count,
        details: JSON.stringify(alert.details),
        told: alert.told,
        acknowledged_at: alert.acknowledgedAt,
        acknowledged_by: alert.acknowledgedBy,
      }))
      if (rows.length > 0) await db.insertInto('alerts').values(rows).execute()
    },
    add: async (id, { count, at, details }) => {
      await db
        .updateTable('alerts')
        .set((row) => ({
          count: row('count', '+', count),
          last_at: at,
          ...(details && { details: JSON.stringify(details) }),
        }))
        .where('id', '=', id)
        .execute()
    },
    toldAlone: async (rule, since) => {
      const { count } = await db
        .selectFrom('alerts')
        .select((select) => select.fn.countAll<number>().as('count'))
        .where('rule', '=', rule)
        .where('first_at', '>=', since)
        // As the index has it.
        .where('told', '=', sql.lit('alone' as const))
        .executeTakeFirstOrThrow()
      return Number(count)
    },
    untold: async () => {
      const rows = await countByRule
        .select((select) => select.fn.min('first_at').as('since'))
        .where('told', 'is', null)
        .execute()
      return rows.map(({ rule, count, since }) => ({ rule, count: Number(count), since: Number(since) }))
    },
    tellUntold: async () => {
      await db.updateTable('alerts').set({ told: 'together' }).where('told', 'is', null).execute()
    },
    list: async ({ open, rule, after, limit }) => {
      const rows = await db
        .selectFrom('alerts')
        .selectAll()
        .$if(open, (query) => query.where('acknowledged_at', 'is', null))
        .$if(rule !== null, (query) => query.where('rule', '=', rule as AlertRule))
        .$if(after !== null, (query) => query.where(sql<boolean>`(first_at, id) < (${after?.at}, ${after?.id})`))
        .orderBy('first_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return plain(rows).map(toAlert)
    },
    acknowledge: async (id, { at, name }) => {
      const row = await db
        .updateTable('alerts')
        .set({ acknowledged_at: at, acknowledged_by: name })
        .where('id', '=', id)
        .where('acknowledged_at', 'is', null)
        .returningAll()
        .executeTakeFirst()
      return row ? toAlert(row) : null
    },
    countOpen: async () => {
      const rows = await countByRule.where('acknowledged_at', 'is', null).execute()
      return rows.map(({ rule, count }) => ({ rule, count: Number(count) }))
    },
    deleteOld: (before, limit) => deleteOldest(db, dialect, 'alerts', { before, limit }),
  }
}

const toAlert = (row: Selectable<AlertsTable>): AlertRow => ({
  id: row.id,
  rule: row.rule,
  severity: row.severity,
  subject: subjectOf(row.subject),
  firstAt: row.first_at,
  lastAt: row.last_at,
  count: row.count,
  details: JSON.parse(row.details) as AlertRow['details'],
  acknowledgedAt: row.acknowledged_at,
  acknowledgedBy: row.acknowledged_by,
})

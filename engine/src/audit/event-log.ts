// What is put on record is in the log as well, once it is committed: for whoever watches logs and not the record.
import type { Log } from '../primitives/log.ts'
import type { AuditEntry, AuditStore } from './store.ts'

/** `SECURITY`: somebody was refused, or a session was misused. `AUTH`: what people do with their accounts. */
const categoryOf = (action: string): 'AUTH' | 'SECURITY' | 'AUDIT' => {
  const misused =
    /:(failed|denied)$|^(limit:refused|user:not-me|audit:forged|session:(reuse|many-siblings|commits-lost))$/
  if (misused.test(action)) return 'SECURITY'
  return /^(session|user|factor|identity):/.test(action) ? 'AUTH' : 'AUDIT'
}

type WithAudit = { readonly audit: AuditStore }
type Transacting<Stores> = WithAudit & {
  transact<Result>(work: (stores: Stores) => Promise<Result>): Promise<Result>
}

/** The same database, whose entries are told to the log, and to `count`. No detail is: a line holds what it is about, and from where. */
export const withEventLog = <Stores extends WithAudit, Database extends Transacting<Stores>>(
  database: Database & Transacting<Stores>,
  log: Log,
  count: (entries: readonly AuditEntry[]) => void,
): Database => {
  const tell = (entries: readonly AuditEntry[]) => {
    try {
      count(entries)
      for (const { action, userId, actorId, ip, requestId } of entries) {
        const by = actorId === null ? {} : { by: actorId }
        log.info({ category: categoryOf(action), action, user: userId, ...by, ip, requestId }, 'on record')
      }
    } catch {
      // It is committed: a log that fails must not make it look undone.
    }
  }
  const telling = (audit: AuditStore, done: (entries: readonly AuditEntry[]) => void): AuditStore => ({
    ...audit,
    append: async (entries) => {
      await audit.append(entries)
      done(entries)
    },
  })
  return {
    ...database,
    audit: telling(database.audit, tell),
    transact: async (work: (stores: Stores) => Promise<unknown>) => {
      let written: AuditEntry[] = []
      const result = await database.transact((stores) => {
        // The work may run again.
        written = []
        return work({ ...stores, audit: telling(stores.audit, (entries) => void written.push(...entries)) })
      })
      tell(written)
      return result
    },
  }
}

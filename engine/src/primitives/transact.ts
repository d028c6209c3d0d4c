/**
 * Runs work in one database transaction: all of it is committed, or none. An act names the stores that it uses:
 * `Transact<{ sessions: SessionStore; audit: AuditStore }>`. The work may run again after a serialisation conflict, so it
 * has no effect but through its stores.
 */
export type Transact<Stores> = <Result>(work: (stores: Stores) => Promise<Result>) => Promise<Result>

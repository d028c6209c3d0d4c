// The audit log, as commands and applications see it.
import type { Finding, RaiseAlone } from '../alerts/raise.ts'
import { type AcceptInput, type AcceptResult, acceptAudit } from '../audit/accept.ts'
import type { Actor } from '../audit/actor.ts'
import type { VerifyInput } from '../audit/checked.ts'
import { type ExportInput, exportAudit } from '../audit/export.ts'
import { createRecord, type RecordInput } from '../audit/record.ts'
import type { Sealer } from '../audit/sealer.ts'
import { type SearchInput, type SearchResult, searchAudit } from '../audit/search.ts'
import type { AuditStore } from '../audit/store.ts'
import { type AuditReport, verifyAudit } from '../audit/verify.ts'
import type { Log } from '../primitives/log.ts'

export type Audit = {
  /**
   * Takes the log as it is, with the faults that `verify` finds, and goes on from there: on record, as `audit:accept`, with the faults
   * and the reason. What was planted beside the chain is removed. Nothing vouches any more for what stood before. Refuses with
   * `nothing_to_accept` where `verify` finds nothing.
   *
   * @example
   * await auth.audit.accept({ reason: 'a restored table, ticket 1234' }, { kind: 'operator', name: 'ada' })
   */
  accept(input: AcceptInput, by: Actor): Promise<AcceptResult>
  /**
   * Puts an act of the application on record. Rejects where it could not be written, with a RangeError where it is too big or no
   * plain data: an act that must be on record is not done then.
   *
   * @example
   * await auth.audit.record({ action: 'products:publish', resource: 'Product', resourceId: id, userId: user.id, request })
   */
  record(input: RecordInput): Promise<void>
  /**
   * Entries by user, action (or its beginning, `session:`), thing, address, time and failure; newest first, 50 a page (`limit`: 1
   * to 200) from `after`, a `next`. Throws RangeError where a filter can't be one.
   *
   * @example
   * const { entries, next } = await auth.audit.search({ ip: '192.0.2.7', action: 'session:sign-in:failed' })
   */
  search(input: SearchInput): Promise<SearchResult>
  /**
   * The lines of a file of the same, oldest first, without their ends. That it was exported, and by whom, is on record before the
   * first line. In CSV no cell is a formula. The last line has the action `audit:export:end`: a file without it was cut off.
   *
   * @example
   * for await (const line of auth.audit.export({ format: 'csv', userId: id }, by)) response.write(`${line}\n`)
   */
  export(input: ExportInput, by: Actor): AsyncIterable<string>
  /**
   * Reads the whole log (or from the newest checkpoint before the position `from`) and compares it with its MACs, its chain
   * and its signatures. Entries that wait are sealed first, as any node would. Each fault says what was found and where; the
   * report is `ok` without one, and faults raise an alert.
   *
   * @example
   * const report = await auth.audit.verify()
   * for (const { kind, position } of report.faults) console.error(kind, position)
   */
  verify(input?: VerifyInput): Promise<AuditReport>
}

export const createAudit = (
  deps: Parameters<typeof acceptAudit>[0] &
    Parameters<typeof createRecord>[0] & {
      readonly audit: AuditStore
      readonly sealer: Sealer
      readonly raise: RaiseAlone
      readonly log: Log
      readonly ready: () => Promise<void>
    },
): Audit => ({
  record: createRecord(deps),
  search: (input) => searchAudit(deps, input),
  export: async function* (input, by) {
    await deps.ready()
    yield* exportAudit(deps, input, by)
  },
  accept: (input, by) => acceptAudit(deps, input, by),
  verify: async (input) => {
    // What keeps it from sealing is no reason not to look: what waits too long is a fault of its own.
    await deps.sealer
      .run()
      .catch((error: unknown) => deps.log.warn({ err: error }, 'the audit log could not be sealed'))
    const report = await verifyAudit(deps, input)
    if (!report.ok) await deps.raise(aboutFaults(report, deps.clock.now()))
    return report
  },
})

/** Not by way of the record, which may be what is wrong. */
const aboutFaults = ({ faults, faultCount }: AuditReport, at: number): Finding => {
  const kinds = [...new Set(faults.map(({ kind }) => kind))]
  const first = { count: faultCount, details: { faults: kinds, position: faults[0]?.position ?? null } }
  return { rule: 'audit_tampering', subject: null, at, added: faultCount, first }
}

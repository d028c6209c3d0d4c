// The audit log, as commands and applications see it.
import { createRecord, type RecordInput } from '../audit/record.ts'
import type { Sealer } from '../audit/sealer.ts'
import { type AuditReport, type VerifyDeps, type VerifyInput, verifyAudit } from '../audit/verify.ts'

export type Audit = {
  /**
   * Puts an act of the application on record. Rejects where it could not be written, with a RangeError where it is too big or no
   * plain data: an act that must be on record is not done then.
   *
   * @example
   * await auth.audit.record({ action: 'products:publish', resource: 'Product', resourceId: id, userId: user.id, request })
   */
  record(input: RecordInput): Promise<void>
  /**
   * Reads the whole log (or from the newest checkpoint before the position `from`) and compares it with its MACs, its chain
   * and its signatures. Entries that wait are sealed first, as any node would. Each fault says what was found and where; the
   * report is `ok` without one.
   *
   * @example
   * const report = await auth.audit.verify()
   * for (const { kind, position } of report.faults) console.error(kind, position)
   */
  verify(input?: VerifyInput): Promise<AuditReport>
}

export const createAudit = (
  deps: VerifyDeps & Parameters<typeof createRecord>[0] & { readonly sealer: Sealer },
): Audit => ({
  record: createRecord(deps),
  verify: async (input) => {
    await deps.sealer.run()
    return verifyAudit(deps, input)
  },
})

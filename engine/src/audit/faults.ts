/** What `verify` finds in the audit log that is not as it was written. */
export type AuditFault = {
  readonly kind:
    | 'changed'
    | 'inserted'
    | 'missing'
    | 'moved'
    | 'blanked'
    | 'truncated'
    | 'unsealed'
    | 'unknown_key'
    | 'checkpoint_forged'
    | 'checkpoint_mismatch'
    | 'checkpoint_missing'
    | 'head_missing'
    | 'head_forged'
    | 'head_unknown_key'
    | 'head_mismatch'
    | 'beyond_head'
    | 'anchor_forged'
    | 'anchor_mismatch'
    | 'anchor_gap'
    | 'anchor_empty'
    | 'anchor_behind'
  /** Of the entry, or of the first of them. */
  readonly position?: number
  /** The last of them. */
  readonly to?: number
  /** The entry, as it stands there now. */
  readonly id?: string
  readonly at?: number
  readonly action?: string
}

/** The first are kept, all are counted: whoever changed a million entries does not fill the memory. */
const maxKept = 100

export type FaultList = {
  add(fault: AuditFault): void
  list(): readonly AuditFault[]
  count(): number
}

export const createFaults = (): FaultList => {
  const kept: AuditFault[] = []
  let count = 0
  return {
    add: (fault) => {
      count += 1
      if (kept.length < maxKept) kept.push(fault)
    },
    list: () => kept,
    count: () => count,
  }
}

// The audit log's settings.
import { type Anchor, parseAnchor } from '../audit/anchor.ts'
import type { Faults } from '../messages/fault.ts'
import type { VigileOptions } from '../options.ts'
import { secondsOf } from './sessions.ts'

export type AuditSettings = {
  readonly anchors: readonly Anchor[]
  /** Null: entries are kept for ever. */
  readonly retentionSeconds: number | null
}

/** An anchor that is none is named by its place in the list: it may hold a secret. */
export const auditOf = (given: VigileOptions['audit'] = {}, faults: Faults): AuditSettings => {
  const anchors = (given.anchors ?? []).map((address, index) => {
    const anchor = parseAnchor(address)
    if (!anchor) faults.add('audit.anchors', 'not_anchor', { number: index + 1 })
    return anchor
  })
  const { retention } = given
  return {
    anchors: anchors.filter((anchor) => anchor !== null),
    retentionSeconds: retention === undefined ? null : secondsOf('audit.retention', retention, 86_400, faults),
  }
}

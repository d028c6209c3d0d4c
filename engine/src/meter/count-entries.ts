import type { SessionEndReason } from '@vigile/contract'
import type { AuditEntry } from '../audit/store.ts'
import { actionLabel } from './audit-actions.ts'
import type { Meter } from './meter.ts'

/** Counts what was committed to the record, and what follows from it: sign-ins, sign-ups, sessions that ended. */
export const countEntries =
  (meter: Meter) =>
  (entries: readonly Pick<AuditEntry, 'action' | 'details'>[]): void => {
    for (const { action, details } of entries) {
      meter.add('audit_entries_total', { action: actionLabel(action) })
      switch (action) {
        case 'session:sign-in':
          meter.add('sign_ins_total', { outcome: 'succeeded' })
          break
        case 'session:sign-in:failed':
          meter.add('sign_ins_total', { outcome: 'failed' })
          break
        case 'user:sign-up':
          meter.add('sign_ups_total', {})
          break
        case 'session:end':
          // `recordRevocations` alone writes these.
          meter.add('sessions_ended_total', { reason: details.reason as SessionEndReason })
          break
        case 'session:reuse':
          meter.add('sessions_ended_total', { reason: 'reuse' })
      }
    }
  }

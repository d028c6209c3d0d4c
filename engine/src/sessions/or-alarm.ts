import type { SessionEndReason } from '@vigile/contract'
import type { Log } from '../primitives/log.ts'

/**
 * Sounds an alarm where an end could not be committed (SPEC section 17): whoever should be out is still in, and the operator
 * must know. The caller gets the fault all the same (I11).
 */
export const orAlarm = async <Value>(
  log: Log,
  what: { readonly reason: SessionEndReason; readonly sessions?: readonly string[]; readonly user?: string },
  commit: Promise<Value>,
): Promise<Value> => {
  try {
    return await commit
  } catch (error) {
    log.error({ err: error, alert: 'revocation_failed', ...what }, 'sessions that should be over could not be ended')
    throw error
  }
}

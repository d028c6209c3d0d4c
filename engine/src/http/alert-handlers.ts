// What was suspicious, for administrators.
import { type AcknowledgeDeps, acknowledgeAlert } from '../alerts/acknowledge-alert.ts'
import { listAlerts } from '../alerts/list-alerts.ts'
import type { AlertStore } from '../alerts/store.ts'
import { parseCursor } from '../audit/cursor.ts'
import { actorOf, type RecordLook, refused } from './administration.ts'
import type { Call } from './call.ts'
import { answer, type Outcome, refuse } from './outcome.ts'
import type { PermittedSession } from './permitted.ts'
import type { InputOf } from './read-input.ts'

export const createAlertHandlers = (
  deps: AcknowledgeDeps & { readonly alerts: AlertStore; readonly recordLook: RecordLook },
) => ({
  list: async (call: Call, as: PermittedSession, { query }: InputOf<'alerts'>): Promise<Outcome> => {
    const { open, rule, after, limit } = query
    if (after !== undefined && parseCursor(after) === null)
      return refuse('validation_failed', { fields: [{ path: 'after', code: 'invalid', key: 'fields.invalid' }] })
    // They tell of people's addresses.
    await deps.recordLook(call, as, 'alert:list')
    const page = await listAlerts(deps, {
      open: open !== undefined,
      ...(rule !== undefined && { rule }),
      ...(after !== undefined && { after }),
      ...(limit !== undefined && { limit }),
    })
    return answer(200, { json: page })
  },

  acknowledge: async (call: Call, as: PermittedSession, { params }: InputOf<'acknowledgeAlert'>): Promise<Outcome> => {
    const done = await acknowledgeAlert(deps, params.id, actorOf(call, as))
    return done.ok ? answer(204) : refused(done)
  },
})

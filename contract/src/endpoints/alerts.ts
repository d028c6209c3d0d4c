// What is suspicious, for operators.
import { alertIdParam, alertsQuery, alertsSchema } from '../schemas/alerts.ts'
import { emptyBody } from '../schemas.ts'
import { type Endpoint, json, nothing } from './endpoint.ts'
import { refusedBy } from './refused-by.ts'

export const alertsEndpoints = {
  alerts: {
    method: 'GET',
    path: '/api/admin/alerts',
    summary: 'What was suspicious: newest first, a page at a time',
    query: alertsQuery,
    answers: { 200: json(alertsSchema, 'The newest first.') },
    refuses: refusedBy.permitted,
  },
  acknowledgeAlert: {
    method: 'POST',
    path: '/api/admin/alerts/{id}/acknowledge',
    summary: 'Acknowledge an alert: somebody has seen to it',
    params: alertIdParam,
    body: emptyBody,
    answers: { 204: nothing('It is acknowledged, and on record.') },
    refuses: [...refusedBy.permittedChange, 'not_found'],
  },
} as const satisfies Record<string, Endpoint>

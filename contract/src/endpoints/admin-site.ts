// Sessions, keys and the record, for administrators.
import {
  adminAuditQuery,
  adminAuditSchema,
  adminSessionsQuery,
  adminSessionsSchema,
  auditExportQuery,
  endedSessionsSchema,
  keysSchema,
  rotatedKeySchema,
} from '../schemas/admin.ts'
import { emptyBody, sessionIdParam } from '../schemas.ts'
import { type Endpoint, json, nothing } from './endpoint.ts'
import { refusedBy } from './refused-by.ts'

export const adminSiteEndpoints = {
  adminSessions: {
    method: 'GET',
    path: '/api/admin/sessions',
    summary: 'Live sessions: of everyone, of a user, from an address',
    query: adminSessionsQuery,
    answers: { 200: json(adminSessionsSchema, 'The newest first.') },
    refuses: refusedBy.permitted,
  },
  endEveryonesSessions: {
    method: 'POST',
    path: '/api/admin/sessions/end-all',
    summary: 'End every session of everyone, after a theft for example',
    body: emptyBody,
    answers: { 200: json(endedSessionsSchema, 'They are over, this one too.') },
    refuses: refusedBy.permittedChange,
  },
  endSessionOfUser: {
    method: 'DELETE',
    path: '/api/admin/sessions/{id}',
    summary: 'End a session of a user',
    params: sessionIdParam,
    body: emptyBody,
    answers: { 204: nothing('It is over, on every node.') },
    refuses: refusedBy.permittedChange,
  },
  adminKeys: {
    method: 'GET',
    path: '/api/admin/keys',
    summary: 'The keys that sign access tokens: ids, ages and what each does',
    answers: { 200: json(keysSchema, 'The oldest first. No key material.') },
    refuses: refusedBy.permitted,
  },
  rotateKeys: {
    method: 'POST',
    path: '/api/admin/keys/rotate',
    summary: 'Publish a new signing key',
    body: emptyBody,
    answers: { 200: json(rotatedKeySchema, 'It signs once every verifier can have seen it.') },
    refuses: refusedBy.permittedChange,
  },
  adminAudit: {
    method: 'GET',
    path: '/api/admin/audit',
    summary: 'The record, searched: newest first, a page at a time',
    query: adminAuditQuery,
    answers: { 200: json(adminAuditSchema, 'A page.') },
    refuses: refusedBy.permitted,
  },
  exportAudit: {
    method: 'GET',
    path: '/api/admin/audit/export',
    summary: 'The record as a file, the oldest first',
    query: auditExportQuery,
    answers: {
      200: {
        schema: null,
        type: ['text/csv', 'application/jsonl'],
        means:
          'Sent as it is read, for 10 minutes at most. The last line, `audit:export:end`, says in `details` whether it is `complete`, and else `from` where to go on. A file without it was cut off.',
      },
    },
    refuses: refusedBy.permitted,
  },
} as const satisfies Record<string, Endpoint>

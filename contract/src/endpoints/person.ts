// A person's own account: what it says of them, and where else it is open.
import { z } from 'zod'
import { accountClosedSchema, exportBody, exportSchema, keepAccountBody, profileBody } from '../schemas/person.ts'
import { emptyBody, userSchema } from '../schemas.ts'
import { type Endpoint, json, nothing } from './endpoint.ts'

export const personEndpoints = {
  changeProfile: {
    method: 'PATCH',
    path: './me',
    summary: 'Change name and language',
    body: profileBody,
    answers: { 200: json(z.object({ user: userSchema }), 'Changed.') },
    refuses: ['unauthenticated', 'proof_required', 'csrf_failed', 'origin_refused', 'rate_limited'],
  },
  endOtherSessions: {
    method: 'DELETE',
    path: './sessions',
    summary: "End all of the user's sessions but this one",
    body: emptyBody,
    answers: { 204: nothing('They are over, on every node.') },
    refuses: [
      'unauthenticated',
      'invalid_token',
      'session_ended',
      'proof_required',
      'reauthentication_required',
      'csrf_failed',
      'origin_refused',
      'rate_limited',
    ],
  },
  exportData: {
    method: 'POST',
    path: './export',
    summary: 'All that is held of the user, a page at a time',
    body: exportBody,
    answers: { 200: json(exportSchema, 'A page. Nothing secret, and nothing of others.') },
    refuses: [
      'unauthenticated',
      'proof_required',
      'reauthentication_required',
      'csrf_failed',
      'origin_refused',
      'rate_limited',
    ],
  },
  closeAccount: {
    method: 'POST',
    path: './account/delete',
    summary: 'Close the account at once, and delete it for good after a delay',
    body: emptyBody,
    answers: { 200: json(accountClosedSchema, 'Closed; every session is over. A letter has the way back.') },
    refuses: [
      'unauthenticated',
      'proof_required',
      'reauthentication_required',
      'csrf_failed',
      'origin_refused',
      'rate_limited',
    ],
  },
  keepAccount: {
    method: 'POST',
    path: './account/keep',
    summary: 'Open a closed account again, by the link of its letter or by what a sign-in was given',
    body: keepAccountBody,
    answers: { 200: json(z.object({ status: z.literal('kept') }), 'Open again. Signing in is the next step.') },
    refuses: ['link_expired', 'origin_refused', 'rate_limited'],
  },
} as const satisfies Record<string, Endpoint>

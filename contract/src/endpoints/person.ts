// A person's own account: what it says of them, and where else it is open.
import { z } from 'zod'
import { profileBody } from '../schemas/person.ts'
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
} as const satisfies Record<string, Endpoint>

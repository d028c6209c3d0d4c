// A person's own account: what it says of them, and where else it is open.
import { z } from 'zod'
import { linkBody } from '../schemas/letters.ts'
import { accountClosedSchema, exportBody, exportSchema, keepAccountBody, profileBody } from '../schemas/person.ts'
import { emptyBody, userSchema } from '../schemas.ts'
import { type Endpoint, json, nothing } from './endpoint.ts'
import { refusedBy } from './refused-by.ts'

export const personEndpoints = {
  changeProfile: {
    method: 'PATCH',
    path: './me',
    summary: 'Change name and language',
    body: profileBody,
    answers: { 200: json(z.object({ user: userSchema }), 'Changed.') },
    refuses: refusedBy.signedInChange,
  },
  endOtherSessions: {
    method: 'DELETE',
    path: './sessions',
    summary: "End all of the user's sessions but this one",
    body: emptyBody,
    answers: { 204: nothing('They are over, on every node.') },
    refuses: refusedBy.owner,
  },
  exportData: {
    method: 'POST',
    path: './export',
    summary: 'All that is held of the user, a page at a time',
    body: exportBody,
    answers: { 200: json(exportSchema, 'A page. Nothing secret, and nothing of others.') },
    refuses: refusedBy.recentChange,
  },
  closeAccount: {
    method: 'POST',
    path: './account/delete',
    summary: 'Close the account at once, and delete it for good after a delay',
    body: emptyBody,
    answers: { 200: json(accountClosedSchema, 'Closed; every session is over. A letter has the way back.') },
    refuses: [...refusedBy.recentChange, 'permission_denied'],
  },
  claim: {
    method: 'POST',
    path: './claim',
    summary: 'Become the first administrator, by the link that the start of the server showed',
    body: linkBody,
    answers: { 200: json(z.object({ status: z.literal('claimed') }), 'Done. There is an administrator now.') },
    refuses: [...refusedBy.recentChange, 'link_expired', 'permission_denied'],
  },
  keepAccount: {
    method: 'POST',
    path: './account/keep',
    summary: 'Open a closed account again, by the link of its letter or by what a sign-in was given',
    body: keepAccountBody,
    answers: { 200: json(z.object({ status: z.literal('kept') }), 'Open again. Signing in is the next step.') },
    refuses: [...refusedBy.ownPages, 'link_expired'],
  },
} as const satisfies Record<string, Endpoint>

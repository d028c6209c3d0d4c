// Passwords, and the links by mail that prove an address.
import { z } from 'zod'
import { changePasswordBody, emailBody, resetPasswordBody, sessionStartedSchema } from '../schemas.ts'
import { type Endpoint, json, sentSchema } from './endpoint.ts'
import { refusedBy } from './refused-by.ts'

export const passwordsEndpoints = {
  changePassword: {
    method: 'POST',
    path: './password/change',
    summary: 'Change the password; every other session ends',
    body: changePasswordBody,
    answers: { 200: json(sessionStartedSchema, 'Changed; this browser has a new session.') },
    refuses: [...refusedBy.recentChange, 'invalid_credentials'],
  },
  forgotPassword: {
    method: 'POST',
    path: './password/forgot',
    summary: 'Ask for a link to choose a new password',
    body: emailBody,
    answers: { 202: json(sentSchema, 'If the email has an account, a link is on its way; the answer does not say.') },
    refuses: refusedBy.ownPages,
  },
  resetPassword: {
    method: 'POST',
    path: './password/reset',
    summary: 'Choose a new password by the link from the mail; every session ends',
    body: resetPasswordBody,
    answers: {
      200: json(z.object({ status: z.literal('password_changed') }), 'Changed. Signing in is the next step.'),
    },
    refuses: [...refusedBy.ownPages, 'link_expired'],
  },
  requestVerification: {
    method: 'POST',
    path: './email/verify/request',
    summary: 'Ask for the link that proves the email once more',
    body: emailBody,
    answers: { 202: json(sentSchema, 'If it is needed, a link is on its way; the answer does not say.') },
    refuses: refusedBy.ownPages,
  },
} as const satisfies Record<string, Endpoint>

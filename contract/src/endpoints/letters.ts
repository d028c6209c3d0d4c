// What links of letters do, beyond those of passwords.
import { z } from 'zod'
import { linkBody, linkEnteredSchema, magicLinkBody } from '../schemas/letters.ts'
import { emailBody, userSchema } from '../schemas.ts'
import { type Endpoint, json, sentSchema } from './endpoint.ts'
import { refusedBy } from './refused-by.ts'

export const lettersEndpoints = {
  requestMagicLink: {
    method: 'POST',
    path: './magic-link',
    summary: 'Ask for a link to sign in with',
    body: emailBody,
    answers: { 202: json(sentSchema, 'If the email has an account, a link is on its way; the answer does not say.') },
    refuses: [...refusedBy.ownPages, 'not_found'],
  },
  magicLink: {
    method: 'POST',
    path: './magic-link/login',
    summary: 'Sign in by the link from the mail',
    body: magicLinkBody,
    answers: {
      200: json(
        linkEnteredSchema,
        'Signed in; or the second factor is next; or, in a browser that did not ask for the link, the account is to be confirmed.',
      ),
    },
    refuses: [...refusedBy.ownPages, 'not_found', 'link_expired', 'proof_required'],
  },
  requestEmailChange: {
    method: 'POST',
    path: './email/change',
    summary: 'Ask for another email; a link goes to the new address, and word of it to the present one',
    body: emailBody,
    answers: {
      202: json(sentSchema, 'A letter is on its way; the answer does not say whether the address has an account.'),
    },
    refuses: refusedBy.recentChange,
  },
  changeEmail: {
    method: 'POST',
    path: './email/change/confirm',
    summary: 'Change the email by the link that came to the new address; every other session ends',
    body: linkBody,
    answers: { 200: json(z.object({ user: userSchema }), 'Changed.') },
    refuses: [...refusedBy.recentChange, 'link_expired', 'permission_denied', 'email_taken'],
  },
  notMe: {
    method: 'POST',
    path: './not-me',
    summary:
      'Say by the link of a security letter that it was not you: sessions end, the password is closed, ways to sign in that were added since go',
    body: linkBody,
    answers: {
      200: json(z.object({ status: z.literal('secured') }), 'Done. A link to choose a new password is on its way.'),
    },
    refuses: [...refusedBy.ownPages, 'link_expired', 'email_taken'],
  },
} as const satisfies Record<string, Endpoint>

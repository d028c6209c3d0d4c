// Ways in: sign-up and sign-in.
import { z } from 'zod'
import { enteredSchema } from '../schemas/factors.ts'
import { keepOfferedSchema } from '../schemas/person.ts'
import { loginBody, registerBody } from '../schemas.ts'
import { type Endpoint, json } from './endpoint.ts'
import { refusedBy } from './refused-by.ts'

export const signInEndpoints = {
  register: {
    method: 'POST',
    path: './register',
    summary: 'Create an account with email and password',
    body: registerBody,
    answers: {
      201: json(enteredSchema, 'The account was made, and is signed in or waits for a second factor that is required.'),
      202: json(
        z.object({ status: z.literal('verification_sent') }),
        'Verification is required; known emails answer alike.',
      ),
    },
    refuses: [...refusedBy.ownPages, 'email_taken', 'proof_required'],
  },
  login: {
    method: 'POST',
    path: './login',
    summary: 'Sign in with email and password',
    body: loginBody,
    answers: {
      200: json(z.union([enteredSchema, keepOfferedSchema]), 'Signed in; or, with `next`, what comes before that.'),
    },
    refuses: [...refusedBy.ownPages, 'invalid_credentials', 'link_expired', 'proof_required'],
  },
} as const satisfies Record<string, Endpoint>

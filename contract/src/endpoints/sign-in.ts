// Ways in: sign-up and sign-in.
import { z } from 'zod'
import { loginBody, registerBody, sessionStartedSchema } from '../schemas.ts'
import { type Endpoint, json } from './endpoint.ts'

export const signInEndpoints = {
  register: {
    method: 'POST',
    path: './register',
    summary: 'Create an account with email and password',
    body: registerBody,
    answers: {
      201: json(sessionStartedSchema, 'The account was made and is signed in.'),
      202: json(
        z.object({ status: z.literal('verification_sent') }),
        'Verification is required; known emails answer alike.',
      ),
    },
    refuses: ['email_taken', 'proof_required', 'origin_refused', 'rate_limited'],
  },
  login: {
    method: 'POST',
    path: './login',
    summary: 'Sign in with email and password',
    body: loginBody,
    answers: { 200: json(sessionStartedSchema, 'Signed in.') },
    refuses: ['invalid_credentials', 'link_expired', 'proof_required', 'origin_refused', 'rate_limited'],
  },
} as const satisfies Record<string, Endpoint>

// The second factor: what a sign-in that waits for it can do, and how an account's factors are looked after.
import { pendingSignInSchema } from '../schemas/factors.ts'
import { type Endpoint, json } from './endpoint.ts'

export const factorsEndpoints = {
  pendingSignIn: {
    method: 'GET',
    path: './second-factor',
    summary: 'What the sign-in that waits in this browser can use as its second factor',
    answers: { 200: json(pendingSignInSchema, 'A sign-in waits.') },
    refuses: ['unauthenticated', 'rate_limited'],
  },
} as const satisfies Record<string, Endpoint>

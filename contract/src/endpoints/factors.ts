// The second factor: what a sign-in that waits for it can do, and how an account's factors are looked after.

import {
  enrolledSchema,
  factorsSchema,
  pendingSignInSchema,
  recoveryCodesSchema,
  secondFactorBody,
  totpCodeBody,
  totpConfirmedSchema,
  totpOfferSchema,
} from '../schemas/factors.ts'
import { sessionStartedSchema } from '../schemas.ts'
import { type Endpoint, json, nothing } from './endpoint.ts'
import { refusedBy } from './refused-by.ts'

export const factorsEndpoints = {
  pendingSignIn: {
    method: 'GET',
    path: './second-factor',
    summary: 'What the sign-in that waits in this browser can use as its second factor',
    answers: { 200: json(pendingSignInSchema, 'A sign-in waits.') },
    refuses: ['unauthenticated', 'rate_limited'],
  },
  passSecondFactor: {
    method: 'POST',
    path: './second-factor',
    summary: 'Finish the sign-in that waits in this browser',
    body: secondFactorBody,
    answers: { 200: json(sessionStartedSchema, 'Signed in.') },
    refuses: [...refusedBy.waiting, 'proof_required', 'invalid_code', 'invalid_credentials'],
  },
  offerTotpAtSignIn: {
    method: 'POST',
    path: './second-factor/totp',
    summary: 'A secret for an authenticator app, where the sign-in that waits needs a first second factor',
    answers: { 200: json(totpOfferSchema, 'Good for an hour, until the next one; nothing has changed yet.') },
    refuses: [...refusedBy.waiting, 'permission_denied'],
  },
  confirmTotpAtSignIn: {
    method: 'POST',
    path: './second-factor/totp/confirm',
    summary: 'Add the authenticator app by its first code, and finish the sign-in that waits',
    body: totpCodeBody,
    answers: { 200: json(enrolledSchema, 'Signed in.') },
    refuses: [...refusedBy.waiting, 'proof_required', 'permission_denied'],
  },
  factors: {
    method: 'GET',
    path: './factors',
    summary: 'What the account has to prove itself with besides a password',
    answers: { 200: json(factorsSchema, 'Nothing of secrets.') },
    refuses: refusedBy.signedIn,
  },
  offerTotp: {
    method: 'POST',
    path: './factors/totp',
    summary: 'A secret for an authenticator app',
    answers: { 200: json(totpOfferSchema, 'Good for an hour, until the next one; nothing has changed yet.') },
    refuses: refusedBy.recentChange,
  },
  confirmTotp: {
    method: 'POST',
    path: './factors/totp/confirm',
    summary: 'Add the authenticator app by its first code, in place of the one before',
    body: totpCodeBody,
    answers: { 200: json(totpConfirmedSchema, 'Added. The first factor of an account comes with recovery codes.') },
    refuses: refusedBy.recentChange,
  },
  removeTotp: {
    method: 'DELETE',
    path: './factors/totp',
    summary: 'Remove the authenticator app',
    answers: { 204: nothing('Removed; with the last factor the recovery codes as well.') },
    refuses: [...refusedBy.recentChange, 'permission_denied', 'not_found'],
  },
  renewRecoveryCodes: {
    method: 'POST',
    path: './factors/recovery-codes',
    summary: 'New recovery codes; the old ones are good no more',
    answers: { 200: json(recoveryCodesSchema, 'Shown this once.') },
    refuses: [...refusedBy.recentChange, 'not_found'],
  },
} as const satisfies Record<string, Endpoint>

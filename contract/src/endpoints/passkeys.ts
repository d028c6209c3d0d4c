// Passkeys (WebAuthn Level 3): sign-in without a password, and an account's own.

import { z } from 'zod'
import { enrolledSchema } from '../schemas/factors.ts'
import {
  addPasskeyBody,
  passkeyAddedSchema,
  passkeyCreationOptionsSchema,
  passkeyIdParam,
  passkeyRequestOptionsSchema,
  passkeySchema,
  passkeySignInBody,
  renamePasskeyBody,
} from '../schemas/passkeys.ts'
import { keepOfferedSchema } from '../schemas/person.ts'
import { sessionStartedSchema } from '../schemas.ts'
import { type Endpoint, json, nothing } from './endpoint.ts'

const waitingRefuses = ['unauthenticated', 'permission_denied', 'origin_refused', 'rate_limited'] as const
const changeRefuses = ['unauthenticated', 'proof_required', 'csrf_failed', 'origin_refused', 'rate_limited'] as const

export const passkeysEndpoints = {
  passkeySignInOptions: {
    method: 'POST',
    path: './passkey/options',
    summary: 'What the browser is to ask a passkey for, to sign in without a password',
    answers: { 200: json(passkeyRequestOptionsSchema, 'Good for five minutes and for one use.') },
    refuses: ['origin_refused', 'rate_limited'],
  },
  passkeySignIn: {
    method: 'POST',
    path: './passkey/login',
    summary: 'Sign in with a passkey alone: it is two factors',
    body: passkeySignInBody,
    answers: {
      200: json(
        z.union([sessionStartedSchema, keepOfferedSchema]),
        'Signed in; or, with `next`, what comes before that.',
      ),
    },
    refuses: ['invalid_credentials', 'proof_required', 'origin_refused', 'rate_limited'],
  },
  askForPasskey: {
    method: 'POST',
    path: './second-factor/passkey',
    summary: 'What the browser is to ask a passkey for, to finish the sign-in that waits',
    answers: { 200: json(passkeyRequestOptionsSchema, 'Good for five minutes, for this sign-in and for one use.') },
    refuses: ['unauthenticated', 'not_found', 'origin_refused', 'rate_limited'],
  },
  offerPasskeyAtSignIn: {
    method: 'POST',
    path: './second-factor/passkeys/options',
    summary: 'What the browser is to make a passkey of, where the sign-in that waits needs a first second factor',
    answers: { 200: json(passkeyCreationOptionsSchema, 'Good for five minutes, for this sign-in and for one use.') },
    refuses: waitingRefuses,
  },
  addPasskeyAtSignIn: {
    method: 'POST',
    path: './second-factor/passkeys',
    summary: 'Add the passkey that the browser has made, and finish the sign-in that waits',
    body: addPasskeyBody,
    answers: { 200: json(enrolledSchema, 'Signed in.') },
    refuses: [...waitingRefuses, 'proof_required'],
  },
  passkeyOptions: {
    method: 'POST',
    path: './factors/passkeys/options',
    summary: 'What the browser is to make a passkey of',
    answers: { 200: json(passkeyCreationOptionsSchema, 'Good for five minutes, for this account and for one use.') },
    refuses: [...changeRefuses, 'reauthentication_required'],
  },
  addPasskey: {
    method: 'POST',
    path: './factors/passkeys',
    summary: 'Add the passkey that the browser has made',
    body: addPasskeyBody,
    answers: { 201: json(passkeyAddedSchema, 'Added. The first factor of an account comes with recovery codes.') },
    refuses: [...changeRefuses, 'reauthentication_required'],
  },
  renamePasskey: {
    method: 'PATCH',
    path: './factors/passkeys/{id}',
    summary: 'Give a passkey another name',
    params: passkeyIdParam,
    body: renamePasskeyBody,
    answers: { 200: json(passkeySchema, 'Renamed.') },
    refuses: [...changeRefuses, 'not_found'],
  },
  removePasskey: {
    method: 'DELETE',
    path: './factors/passkeys/{id}',
    summary: 'Remove a passkey: it signs in no more',
    params: passkeyIdParam,
    answers: { 204: nothing('Removed.') },
    refuses: [...changeRefuses, 'permission_denied', 'not_found', 'reauthentication_required'],
  },
} as const satisfies Record<string, Endpoint>

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
import { refusedBy } from './refused-by.ts'

export const passkeysEndpoints = {
  passkeySignInOptions: {
    method: 'POST',
    path: './passkey/options',
    summary: 'What the browser is to ask a passkey for, to sign in without a password',
    answers: { 200: json(passkeyRequestOptionsSchema, 'Good for five minutes and for one use.') },
    refuses: refusedBy.ownPages,
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
    refuses: [...refusedBy.ownPages, 'invalid_credentials', 'proof_required'],
  },
  askForPasskey: {
    method: 'POST',
    path: './second-factor/passkey',
    summary: 'What the browser is to ask a passkey for, to finish the sign-in that waits',
    answers: { 200: json(passkeyRequestOptionsSchema, 'Good for five minutes, for this sign-in and for one use.') },
    refuses: [...refusedBy.waiting, 'not_found'],
  },
  offerPasskeyAtSignIn: {
    method: 'POST',
    path: './second-factor/passkeys/options',
    summary: 'What the browser is to make a passkey of, where the sign-in that waits needs a first second factor',
    answers: { 200: json(passkeyCreationOptionsSchema, 'Good for five minutes, for this sign-in and for one use.') },
    refuses: [...refusedBy.waiting, 'permission_denied'],
  },
  addPasskeyAtSignIn: {
    method: 'POST',
    path: './second-factor/passkeys',
    summary: 'Add the passkey that the browser has made, and finish the sign-in that waits',
    body: addPasskeyBody,
    answers: { 200: json(enrolledSchema, 'Signed in.') },
    refuses: [...refusedBy.waiting, 'proof_required', 'permission_denied'],
  },
  passkeyOptions: {
    method: 'POST',
    path: './factors/passkeys/options',
    summary: 'What the browser is to make a passkey of',
    answers: { 200: json(passkeyCreationOptionsSchema, 'Good for five minutes, for this account and for one use.') },
    refuses: refusedBy.recentChange,
  },
  addPasskey: {
    method: 'POST',
    path: './factors/passkeys',
    summary: 'Add the passkey that the browser has made',
    body: addPasskeyBody,
    answers: { 201: json(passkeyAddedSchema, 'Added. The first factor of an account comes with recovery codes.') },
    refuses: refusedBy.recentChange,
  },
  renamePasskey: {
    method: 'PATCH',
    path: './factors/passkeys/{id}',
    summary: 'Give a passkey another name',
    params: passkeyIdParam,
    body: renamePasskeyBody,
    answers: { 200: json(passkeySchema, 'Renamed.') },
    refuses: [...refusedBy.signedInChange, 'not_found'],
  },
  removePasskey: {
    method: 'DELETE',
    path: './factors/passkeys/{id}',
    summary: 'Remove a passkey: it signs in no more',
    params: passkeyIdParam,
    answers: { 204: nothing('Removed.') },
    refuses: [...refusedBy.recentChange, 'permission_denied', 'not_found', 'last_way_in'],
  },
} as const satisfies Record<string, Endpoint>

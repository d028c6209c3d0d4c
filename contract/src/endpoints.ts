// Every endpoint of the public interface: what goes in, what comes out, which refusals. The engine's route table adds the
// guard, the limit and the handler; the OpenAPI document is generated from both.
import { z } from 'zod'
import type { ErrorCode } from './errors.ts'
import {
  ackBody,
  changePasswordBody,
  continueQuery,
  deviceRefreshSchema,
  deviceSessionSchema,
  emailBody,
  emptyBody,
  healthSchema,
  listedSessionSchema,
  loginBody,
  logoutBody,
  meSchema,
  refreshBody,
  refreshedSchema,
  registerBody,
  resetPasswordBody,
  sessionIdParam,
  sessionStartedSchema,
} from './schemas.ts'

export type Method = 'GET' | 'POST' | 'DELETE'

export type Endpoint = {
  readonly method: Method
  /** Below the auth path when it starts with `./`; otherwise from the root. Parameters are written `{id}`. */
  readonly path: string
  readonly summary: string
  readonly body?: z.ZodType
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  /** Answers other than problems: status → schema (null: no body) and what it means. */
  readonly answers: Readonly<Record<number, { schema: z.ZodType | null; means: string; type?: string }>>
  /** Refusals particular to this endpoint; those that every endpoint shares are added by the document. */
  readonly refuses: readonly ErrorCode[]
}

const json = (schema: z.ZodType, means: string) => ({ schema, means })
const nothing = (means: string) => ({ schema: null, means })
const sentSchema = z.object({ status: z.literal('sent') })
const page = (means: string) => ({ schema: null, means, type: 'text/html' })

export const endpoints = {
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
  refresh: {
    method: 'POST',
    path: './refresh',
    summary: 'Renew the access token; rotate the refresh token when it is time',
    body: refreshBody,
    answers: { 200: json(refreshedSchema, 'A new access token.') },
    refuses: [
      'unauthenticated',
      'invalid_token',
      'session_ended',
      'proof_required',
      'stale_token',
      'csrf_failed',
      'origin_refused',
      'rate_limited',
    ],
  },
  ack: {
    method: 'POST',
    path: './ack',
    summary: 'Confirm that the refresh cookie arrived',
    body: ackBody,
    answers: { 204: nothing('Noted.') },
    refuses: [
      'unauthenticated',
      'invalid_token',
      'session_ended',
      'proof_required',
      'stale_token',
      'csrf_failed',
      'origin_refused',
      'rate_limited',
    ],
  },
  logout: {
    method: 'POST',
    path: './logout',
    summary: 'Sign out, or clean up after the end of a session',
    body: logoutBody,
    answers: { 204: nothing('Signed out; the cookies are cleared.') },
    refuses: ['unauthenticated', 'csrf_failed', 'proof_required', 'origin_refused', 'rate_limited'],
  },
  logoutAll: {
    method: 'POST',
    path: './logout-all',
    summary: 'Sign out everywhere',
    body: emptyBody,
    answers: { 204: nothing('Every session of the user is over.') },
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
  deviceRegistration: {
    method: 'POST',
    path: './dbsc/registration',
    summary: 'Called by the browser itself (DBSC): gives a session that has just begun its key',
    answers: { 200: json(deviceSessionSchema, 'The browser keeps this session from now on.') },
    refuses: ['unauthenticated', 'session_ended', 'proof_required', 'rate_limited'],
  },
  deviceRefresh: {
    method: 'POST',
    path: './dbsc/refresh',
    summary: 'Called by the browser itself (DBSC): renews the session by a proof of its key',
    answers: {
      200: json(
        deviceRefreshSchema,
        'A new access token; or, with `continue: false`, nothing for the browser to keep.',
      ),
    },
    // `rate_limited` is for requests that no browser makes: those that have their form are told 503.
    refuses: ['unauthenticated', 'session_ended', 'challenge_required', 'rate_limited'],
  },
  me: {
    method: 'GET',
    path: './me',
    summary: 'The signed-in user, session and permissions',
    answers: { 200: json(meSchema, 'Signed in.') },
    refuses: ['unauthenticated', 'proof_required', 'rate_limited'],
  },
  csrf: {
    method: 'GET',
    path: './csrf',
    summary: 'A CSRF token bound to the session, in the body and as a cookie',
    answers: { 200: json(z.object({ csrfToken: z.string() }), 'Send it back as X-CSRF-Token.') },
    refuses: ['rate_limited'],
  },
  continue: {
    method: 'GET',
    path: './continue',
    summary: 'A small page that renews the session and then goes where the user was going',
    query: continueQuery,
    answers: { 200: page('The page.') },
    refuses: [],
  },
  sessions: {
    method: 'GET',
    path: './sessions',
    summary: "The user's live sessions",
    answers: {
      200: json(z.object({ sessions: z.array(listedSessionSchema) }), 'Newest first, the current one marked.'),
    },
    refuses: ['unauthenticated', 'proof_required', 'rate_limited'],
  },
  endSession: {
    method: 'DELETE',
    path: './sessions/{id}',
    summary: "End one of the user's sessions",
    params: sessionIdParam,
    answers: { 204: nothing('It is over, on every node.') },
    refuses: [
      'unauthenticated',
      'invalid_token',
      'session_ended',
      'proof_required',
      'not_found',
      'reauthentication_required',
      'csrf_failed',
      'origin_refused',
      'rate_limited',
    ],
  },
  changePassword: {
    method: 'POST',
    path: './password/change',
    summary: 'Change the password; every other session ends',
    body: changePasswordBody,
    answers: { 200: json(sessionStartedSchema, 'Changed; this browser has a new session.') },
    refuses: [
      'unauthenticated',
      'invalid_credentials',
      'proof_required',
      'csrf_failed',
      'origin_refused',
      'rate_limited',
    ],
  },
  forgotPassword: {
    method: 'POST',
    path: './password/forgot',
    summary: 'Ask for a link to choose a new password',
    body: emailBody,
    answers: { 202: json(sentSchema, 'If the email has an account, a link is on its way; the answer does not say.') },
    refuses: ['origin_refused', 'rate_limited'],
  },
  resetPassword: {
    method: 'POST',
    path: './password/reset',
    summary: 'Choose a new password by the link from the mail; every session ends',
    body: resetPasswordBody,
    answers: {
      200: json(z.object({ status: z.literal('password_changed') }), 'Changed. Signing in is the next step.'),
    },
    refuses: ['link_expired', 'origin_refused', 'rate_limited'],
  },
  requestVerification: {
    method: 'POST',
    path: './email/verify/request',
    summary: 'Ask for the link that proves the email once more',
    body: emailBody,
    answers: { 202: json(sentSchema, 'If it is needed, a link is on its way; the answer does not say.') },
    refuses: ['origin_refused', 'rate_limited'],
  },
  authHealth: {
    method: 'GET',
    path: './health',
    summary: 'Whether this node can serve',
    answers: { 200: json(healthSchema, 'Ready.'), 503: json(healthSchema, 'Not ready.') },
    refuses: [],
  },
  live: {
    method: 'GET',
    path: '/health/live',
    summary: 'Whether the process runs',
    answers: { 200: json(healthSchema, 'It runs.') },
    refuses: [],
  },
  ready: {
    method: 'GET',
    path: '/health/ready',
    summary: 'Whether this node can serve',
    answers: { 200: json(healthSchema, 'Ready.'), 503: json(healthSchema, 'Not ready.') },
    refuses: [],
  },
  jwks: {
    method: 'GET',
    path: '/.well-known/jwks.json',
    summary: 'The public keys that verify access tokens (RFC 7517)',
    answers: { 200: json(z.object({ keys: z.array(z.record(z.string(), z.unknown())) }), 'The key set.') },
    refuses: [],
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    answers: { 200: json(z.record(z.string(), z.unknown()), 'OpenAPI 3.1.') },
    refuses: [],
  },
} as const satisfies Record<string, Endpoint>

export type EndpointName = keyof typeof endpoints

// The life of a session.
import { z } from 'zod'
import {
  ackBody,
  continueQuery,
  deviceRefreshSchema,
  deviceSessionSchema,
  emptyBody,
  forwardQuery,
  listedSessionSchema,
  logoutBody,
  meSchema,
  refreshBody,
  refreshedSchema,
  sessionIdParam,
} from '../schemas.ts'
import { type Endpoint, json, nothing, page } from './endpoint.ts'
import { refusedBy } from './refused-by.ts'

export const sessionsEndpoints = {
  refresh: {
    method: 'POST',
    path: './refresh',
    summary: 'Renew the access token; rotate the refresh token when it is time',
    body: refreshBody,
    answers: { 200: json(refreshedSchema, 'A new access token.') },
    refuses: refusedBy.refreshCookie,
  },
  ack: {
    method: 'POST',
    path: './ack',
    summary: 'Confirm that the refresh cookie arrived',
    body: ackBody,
    answers: { 204: nothing('Noted.') },
    refuses: refusedBy.refreshCookie,
  },
  logout: {
    method: 'POST',
    path: './logout',
    summary: 'Sign out, or clean up after the end of a session',
    body: logoutBody,
    answers: { 204: nothing('Signed out; the cookies are cleared.') },
    refuses: refusedBy.signedInChange,
  },
  logoutAll: {
    method: 'POST',
    path: './logout-all',
    summary: 'Sign out everywhere',
    body: emptyBody,
    answers: { 204: nothing('Every session of the user is over.') },
    refuses: refusedBy.owner,
  },
  deviceRegistration: {
    method: 'POST',
    path: './dbsc/registration',
    summary: 'Called by the browser itself (DBSC): gives a session that has just begun its key',
    answers: { 200: json(deviceSessionSchema, 'The browser keeps this session from now on.') },
    refuses: [...refusedBy.signedIn, 'session_ended'],
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
    refuses: refusedBy.signedIn,
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
  forward: {
    method: 'GET',
    path: './forward',
    summary: 'For a proxy: whether a request to an application behind it may pass, and whose it is',
    query: forwardQuery,
    lists: ['role', 'permission'],
    answers: {
      204: {
        ...nothing('It may pass.'),
        headers: {
          'X-Auth-User': "The user's id.",
          'X-Auth-Session': "The session's id.",
          'X-Auth-Roles': 'Names, by comma.',
          'X-Auth-Email': 'Percent-encoded; empty where it is not verified.',
        },
      },
      303: {
        ...nothing(
          'A page was asked for through a proxy that hands this answer on: to sign-in, or to the bounce page.',
        ),
        headers: { Location: 'On this site.' },
      },
    },
    refuses: [...refusedBy.signedIn, 'origin_refused', 'permission_denied', 'reauthentication_required'],
  },
  sessions: {
    method: 'GET',
    path: './sessions',
    summary: "The user's live sessions",
    answers: {
      200: json(z.object({ sessions: z.array(listedSessionSchema) }), 'Newest first, the current one marked.'),
    },
    refuses: refusedBy.signedIn,
  },
  endSession: {
    method: 'DELETE',
    path: './sessions/{id}',
    summary: "End one of the user's sessions",
    params: sessionIdParam,
    answers: { 204: nothing('It is over, on every node.') },
    refuses: [...refusedBy.owner, 'not_found'],
  },
} as const satisfies Record<string, Endpoint>

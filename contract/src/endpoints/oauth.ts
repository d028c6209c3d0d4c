// Sign-in with other providers (RFC 6749, RFC 9700; OpenID Connect Core 1.0).
import {
  exchangedSchema,
  exchangeSessionBody,
  linkStartedSchema,
  oauthCallbackQuery,
  oauthStartQuery,
  providerParam,
  startLinkBody,
} from '../schemas/oauth.ts'
import { type Endpoint, json, nothing, page } from './endpoint.ts'
import { refusedBy } from './refused-by.ts'

export const oauthEndpoints = {
  oauthStart: {
    method: 'GET',
    path: './oauth/{provider}',
    summary: 'A link: to the provider’s page, to sign in there',
    params: providerParam,
    query: oauthStartQuery,
    answers: {
      200: page('Another site led here: a page that asks, with the same link. Nothing has begun.'),
      303: nothing(
        'To the provider; or, where it is down or is not to be used, to the front end’s `/auth/callback` with `error`, `provider` and `returnTo`.',
      ),
    },
    refuses: ['rate_limited'],
  },
  oauthCallback: {
    method: 'GET',
    path: './oauth/{provider}/callback',
    summary: 'Where the provider sends the browser back to',
    params: providerParam,
    query: oauthCallbackQuery,
    answers: {
      303: nothing(
        'To the front end’s `/auth/callback`, with `session` or `link` (a handle), or with `error` (and `link=1`); and with `provider` and `returnTo`.',
      ),
    },
    refuses: ['sign_in_expired', 'rate_limited'],
  },
  exchangeSession: {
    method: 'POST',
    path: './exchange-session',
    summary: 'Sign in with the handle that the callback gave, in the browser that began',
    body: exchangeSessionBody,
    answers: { 200: json(exchangedSchema, 'Signed in; or, with `next`, what comes before that.') },
    refuses: [
      ...refusedBy.ownPages,
      'sign_in_expired',
      'account_exists',
      'other_account',
      'email_missing',
      'email_unverified',
      'sign_up_closed',
      'invalid_credentials',
      'proof_required',
    ],
  },
  startAgain: {
    method: 'POST',
    path: './oauth/{provider}/again',
    summary: 'Where to go to sign in again at a provider: to this account alone',
    params: providerParam,
    body: startLinkBody,
    answers: { 200: json(linkStartedSchema, 'Begun.') },
    refuses: [...refusedBy.signedInChange, 'provider_unavailable'],
  },
  startLink: {
    method: 'POST',
    path: './oauth/{provider}/link',
    summary: 'Where to go to connect an account at a provider',
    params: providerParam,
    body: startLinkBody,
    answers: { 200: json(linkStartedSchema, 'Begun.') },
    refuses: [...refusedBy.recentChange, 'provider_unavailable', 'provider_refused'],
  },
} as const satisfies Record<string, Endpoint>

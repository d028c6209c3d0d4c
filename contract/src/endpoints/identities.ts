// Accounts at other providers that are connected to an account here.
import {
  identitiesSchema,
  identityHandleBody,
  identityIdParam,
  identityLinkedSchema,
  offeredIdentitySchema,
} from '../schemas/oauth.ts'
import { type Endpoint, json, nothing } from './endpoint.ts'
import { refusedBy } from './refused-by.ts'

export const identitiesEndpoints = {
  identities: {
    method: 'GET',
    path: './identities',
    summary: 'The accounts at providers that are connected, and those that can be',
    answers: { 200: json(identitiesSchema, 'Oldest first.') },
    refuses: refusedBy.signedIn,
  },
  offerIdentity: {
    method: 'POST',
    path: './identities/offer',
    summary: 'Which account at a provider would be connected; uses nothing up',
    body: identityHandleBody,
    answers: { 200: json(offeredIdentitySchema, 'The account there.') },
    refuses: [...refusedBy.signedInChange, 'sign_in_expired'],
  },
  linkIdentity: {
    method: 'POST',
    path: './identities',
    summary: 'Connect the account at a provider: it signs in from now on',
    body: identityHandleBody,
    answers: { 201: json(identityLinkedSchema, 'Connected.') },
    refuses: [...refusedBy.recentChange, 'sign_in_expired', 'already_linked'],
  },
  unlinkIdentity: {
    method: 'DELETE',
    path: './identities/{id}',
    summary: 'Disconnect an account at a provider: it signs in no more',
    params: identityIdParam,
    answers: { 204: nothing('Disconnected.') },
    refuses: [...refusedBy.recentChange, 'not_found', 'last_way_in'],
  },
} as const satisfies Record<string, Endpoint>

// Every endpoint of the public interface: what goes in, what comes out, which refusals. The engine's route table adds the
// guard, the limit and the handler; the OpenAPI document is generated from both.
import { adminRolesEndpoints } from './endpoints/admin-roles.ts'
import { adminSiteEndpoints } from './endpoints/admin-site.ts'
import { adminUsersEndpoints } from './endpoints/admin-users.ts'
import { alertsEndpoints } from './endpoints/alerts.ts'
import { blocksEndpoints } from './endpoints/blocks.ts'
import { factorsEndpoints } from './endpoints/factors.ts'
import { identitiesEndpoints } from './endpoints/identities.ts'
import { lettersEndpoints } from './endpoints/letters.ts'
import { oauthEndpoints } from './endpoints/oauth.ts'
import { passkeysEndpoints } from './endpoints/passkeys.ts'
import { passwordsEndpoints } from './endpoints/passwords.ts'
import { personEndpoints } from './endpoints/person.ts'
import { sessionsEndpoints } from './endpoints/sessions.ts'
import { signInEndpoints } from './endpoints/sign-in.ts'
import { siteEndpoints } from './endpoints/site.ts'

export const endpoints = {
  ...signInEndpoints,
  ...sessionsEndpoints,
  ...passwordsEndpoints,
  ...personEndpoints,
  ...lettersEndpoints,
  ...factorsEndpoints,
  ...passkeysEndpoints,
  ...oauthEndpoints,
  ...identitiesEndpoints,
  ...adminUsersEndpoints,
  ...adminRolesEndpoints,
  ...adminSiteEndpoints,
  ...blocksEndpoints,
  ...alertsEndpoints,
  ...siteEndpoints,
}

export type EndpointName = keyof typeof endpoints

const topics = {
  'Sign-up and sign-in': signInEndpoints,
  'Second factor': factorsEndpoints,
  Passkeys: passkeysEndpoints,
  Providers: oauthEndpoints,
  'Connected accounts': identitiesEndpoints,
  Sessions: sessionsEndpoints,
  Account: personEndpoints,
  Passwords: passwordsEndpoints,
  'Links by mail': lettersEndpoints,
  Administration: {
    ...adminUsersEndpoints,
    ...adminRolesEndpoints,
    ...adminSiteEndpoints,
    ...blocksEndpoints,
    ...alertsEndpoints,
  },
  'This site': siteEndpoints,
}

/** What an endpoint is about, as a heading of the documentation. */
export const topicOf = (name: EndpointName): string =>
  Object.entries(topics).find(([, endpoints]) => name in endpoints)?.[0] ?? ''

// Every ID that a test may name, by area. A test proves a requirement when its title, or that of a describe
// around it, names the ID.
import { invariants } from './invariants.ts'
import { protocolItems } from './protocol.ts'
import {
  accounts,
  audit,
  client,
  content,
  cookies,
  csrf,
  limits,
  oauth,
  operations,
  people,
  resilience,
  roles,
  sessions,
  systems,
} from './spec.ts'
import {
  cookieStandards,
  holesOfOthers,
  oauthStandards,
  passwordStandards,
  recordStandards,
  sessionStandards,
  tokenStandards,
  webauthnStandards,
} from './standards.ts'

export const areas: Record<string, Record<string, string>> = {
  Cookies: cookies,
  'Sessions and tokens': sessions,
  Accounts: accounts,
  'OAuth and OpenID Connect': oauth,
  'Calling provider APIs': resilience,
  'Refresh in the browser': client,
  'CSRF and origin': csrf,
  'Rate limits': limits,
  'Validation, headers, content': content,
  'Roles and permissions': roles,
  'Audit and security events': audit,
  Operations: operations,
  'The five systems': systems,
  People: people,
  'The session protocol: what tests must cover': protocolItems,
  'The session protocol: invariants': invariants,
  'Standards: passwords and sign-in': passwordStandards,
  'Standards: WebAuthn': webauthnStandards,
  'Standards: sessions': sessionStandards,
  'Standards: cookies and pages': cookieStandards,
  'Standards: OAuth as a client': oauthStandards,
  'Standards: JWT, DPoP, device-bound': tokenStandards,
  'Standards: authorisation, errors, records': recordStandards,
  'Holes that others had': holesOfOthers,
}

export const knownIds: ReadonlySet<string> = new Set(Object.values(areas).flatMap((area) => Object.keys(area)))

const prefixes = [...new Set([...knownIds].filter((id) => id.includes('-')).map((id) => id.slice(0, id.indexOf('-'))))]
const anId = new RegExp(
  `(?<![\\w-])(?:(?:${prefixes.join('|')})-(?:\\d+|[A-E])|I\\d+|PROTOCOL \\d+(?:, \\d+)*)(?![\\w-])`,
  'g',
)

/**
 * What looks like an ID in a title, whether it is known or not: `S-1` is not in `S-10`, nor `I1` in `I18N-1`. The items of
 * PROTOCOL.md may be listed: `PROTOCOL 10, 13`.
 */
export function idsIn(title: string): string[] {
  return (title.match(anId) ?? []).flatMap((id) => {
    const items = id.startsWith('PROTOCOL ') ? id.slice('PROTOCOL '.length).split(', ') : null
    return items ? items.map((item) => `PROTOCOL ${item}`) : id
  })
}

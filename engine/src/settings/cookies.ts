// The cookies of a deployment, from its options (COOK-2 to COOK-5, COOK-8).
import { parse as parseDomain } from 'tldts'
import { allKinds, type CookieKind, type CookiePolicy, type FlowKind } from '../http/cookies.ts'
import type { Faults } from '../messages/fault.ts'
import type { VigileOptions } from '../options.ts'

type Site = { readonly url: URL; readonly production: boolean; readonly app: string; readonly authPath: string }

export const cookieSettings = (options: VigileOptions, site: Site, faults: Faults): CookiePolicy => {
  const { cookies = {} } = options
  const names = Object.fromEntries(
    allKinds.map((kind) => [kind, cookies.names?.[kind] ?? `${site.app}_${kind}`]),
  ) as Record<CookieKind | FlowKind, string>
  for (const kind of allKinds) {
    // A prefix is ours to add, and is compared without regard to case by browsers: a base name can't begin with one, nor
    // become one behind ours (`__Host-Http-`, RFC 6265bis section 4.1.3).
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(names[kind]) || /^(__(host|secure|http)-|http-)/i.test(names[kind])) {
      faults.add(`cookies.names.${kind}`, 'no_cookie_name', { given: names[kind] })
    }
  }
  if (new Set(Object.values(names)).size !== allKinds.length) {
    faults.add('cookies.names', 'cookie_name_twice')
  }
  return {
    secure: site.url.protocol === 'https:',
    sameSite: cookies.sameSite ?? (site.production ? 'strict' : 'lax'),
    domain: cookies.domain === undefined ? null : domainOf(cookies.domain, site.url.hostname, faults),
    prefix: cookies.prefix ?? true,
    authPath: site.authPath,
    names,
  }
}

/** COOK-5: never a public suffix, and the public host must be under it. */
const domainOf = (given: string, host: string, faults: Faults): string => {
  const setting = 'cookies.domain'
  const domain = given.replace(/^\./, '').toLowerCase()
  const { isIp, domain: registrable } = parseDomain(domain, { allowPrivateDomains: true })
  if (isIp || registrable === null) {
    faults.add(setting, 'public_suffix', { given })
  } else if (host !== domain && !host.endsWith(`.${domain}`)) {
    faults.add(setting, 'not_above_host', { host, given })
  }
  return domain
}

// HDR-1 as it arrives: what a proxy adds or takes away counts, too.
import { securityHeaders } from '@vigile/engine'
import { type Check, fail, pass, warn } from '../finding.ts'
import { seenOf } from './seen.ts'

export const checkHeaders: Check = (facts, { headers: say }) => {
  const seen = seenOf(facts)
  if (!seen) return []
  const { page, csrf, foreign, strangerOrigin } = seen
  const policy = String(page.headers['content-security-policy'] ?? '')
  const directives = directivesOf(policy)
  const framers = directives.get('frame-ancestors') ?? ['*']
  const scripts = directives.get('script-src') ?? directives.get('default-src') ?? ['*']
  const changed = asSent.filter(([name, value]) => csrf.headers[name] !== value).map(([name]) => name)
  const allowed = foreign.headers['access-control-allow-origin']
  const found = [
    ...(policy === '' ? [fail(say.noPolicy, say.sendPolicy)] : []),
    ...['unsafe-inline', 'unsafe-eval']
      .filter((word) => policy.includes(`'${word}'`))
      .map((word) => fail(say.unsafe(word), say.sendPolicy)),
    ...(policy !== '' && framers.some(isAnySite) ? [fail(say.framed, say.sendPolicy)] : []),
    ...(policy !== '' && scripts.some(isAnySite) ? [fail(say.anyScript, say.sendPolicy)] : []),
    ...(page.headers['x-content-type-options'] === 'nosniff' ? [] : [fail(say.sniffed, say.leaveHeaders)]),
    ...(changed.length > 0 ? [warn(say.changed(changed), say.leaveHeaders)] : []),
    // One person's cookies would be the next one's.
    ...(/\bno-store\b/i.test(csrf.headers['cache-control'] ?? '') ? [] : [fail(say.stored, say.leaveHeaders)]),
    ...(allowed === '*' || allowed === strangerOrigin ? [fail(say.anyOrigin(allowed), say.ownOrigins)] : []),
  ]
  return found.length > 0 ? found : [pass(say.good)]
}

/** Those that every answer of the engine has; the others have a check of their own. */
const asSent = Object.entries(securityHeaders(false))
  .map(([name, value]) => [name.toLowerCase(), value] as const)
  .filter(([name]) => !['content-security-policy', 'x-content-type-options', 'cache-control'].includes(name))

/** CSP level 3, section 2.2: by name, the first of each counts. */
const directivesOf = (policy: string): ReadonlyMap<string, readonly string[]> => {
  const directives = new Map<string, readonly string[]>()
  for (const part of policy.split(';')) {
    const [name = '', ...sources] = part.trim().split(/\s+/)
    if (!directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources)
  }
  return directives
}

/** A source that everybody can be. */
const isAnySite = (source: string): boolean => /^(\*|(https?|data|blob|wss?):(\/\/\*)?|'unsafe-hashes')$/i.test(source)

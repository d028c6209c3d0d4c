// COOK-1 to COOK-4 as they arrive: a proxy may have taken an attribute away.
import type { Catalogue } from '../../messages/catalogue.ts'
import { type Check, fail, pass } from '../finding.ts'
import { attributesOf, has, nameOf } from '../set-cookie.ts'
import { seenOf } from './seen.ts'

export const checkCookies: Check = (facts, { cookies: say }) => {
  const seen = seenOf(facts)
  if (!seen) return []
  const lines = [seen.page, seen.csrf].flatMap(({ headers }) => headers['set-cookie'] ?? [])
  if (lines.length === 0) return [fail(say.none, say.lost)]
  const faults = lines.flatMap((line) => cookieFaults(line, say))
  return faults.length > 0 ? faults.map((text) => fail(text, say.todo)) : [pass(say.good(lines.map(shown)))]
}

export const cookieFaults = (line: string, say: Catalogue['doctor']['cookies']): readonly string[] => {
  const name = nameOf(line)
  const isHost = has(line, /^path=\/$/i) && !has(line, /^domain=/i)
  return [
    ...(has(line, /^secure$/i) ? [] : [say.without(name, 'Secure')]),
    ...(has(line, /^samesite=(strict|lax)$/i) ? [] : [say.without(name, 'SameSite')]),
    // Without a prefix, a sub-domain may plant one of that name.
    ...(/^__(Host|Secure)-/.test(name) ? [] : [say.noPrefix(name)]),
    ...(name.startsWith('__Host-') && !isHost ? [say.dropped(name)] : []),
  ]
}

const shown = (line: string): string =>
  [nameOf(line), ...attributesOf(line).filter((one) => /^(secure|httponly|samesite=)/i.test(one))].join(' ')

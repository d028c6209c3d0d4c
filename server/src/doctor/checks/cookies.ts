// COOK-1 to COOK-4 as they arrive: a proxy may have taken an attribute away.
import { type Check, fail, pass } from '../finding.ts'
import { seenOf } from './seen.ts'

export const checkCookies: Check = (facts, { cookies: say }) => {
  const seen = seenOf(facts)
  if (!seen) return []
  const lines = [seen.page, seen.csrf].flatMap(({ headers }) => headers['set-cookie'] ?? [])
  if (lines.length === 0) return [fail(say.none, say.lost)]
  const faults = lines.flatMap((line) => {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
    const name = pair.split('=')[0] ?? ''
    const has = (wanted: RegExp) => attributes.some((attribute) => wanted.test(attribute))
    return [
      ...(has(/^secure$/i) ? [] : [say.without(name, 'Secure')]),
      ...(has(/^samesite=(strict|lax)$/i) ? [] : [say.without(name, 'SameSite')]),
      // Without a prefix, a sub-domain may plant one of that name.
      ...(/^__(Host|Secure)-/.test(name) ? [] : [say.noPrefix(name)]),
    ]
  })
  return faults.length > 0 ? faults.map((text) => fail(text, say.todo)) : [pass(say.good(lines.map(shown)))]
}

const shown = (line: string): string => {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  return [pair.split('=')[0], ...attributes.filter((one) => /^(secure|httponly|samesite=)/i.test(one))].join(' ')
}

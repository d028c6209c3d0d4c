// HDR-1 as it arrives: what a proxy adds or takes away counts, too.
import { type Check, fail, pass } from '../finding.ts'
import { seenOf } from './seen.ts'

export const checkHeaders: Check = (facts, { headers: say }) => {
  const seen = seenOf(facts)
  if (!seen) return []
  const { page, foreign, strangerOrigin } = seen
  const policy = String(page.headers['content-security-policy'] ?? '')
  const allowed = foreign.headers['access-control-allow-origin']
  const found = [
    ...(policy === '' ? [fail(say.noPolicy, say.sendPolicy)] : []),
    ...['unsafe-inline', 'unsafe-eval']
      .filter((word) => policy.includes(`'${word}'`))
      .map((word) => fail(say.unsafe(word), say.sendPolicy)),
    ...(policy !== '' && !/frame-ancestors/.test(policy) ? [fail(say.framed, say.sendPolicy)] : []),
    ...(page.headers['x-content-type-options'] === 'nosniff' ? [] : [fail(say.sniffed, say.leaveHeaders)]),
    ...(allowed === '*' || allowed === strangerOrigin ? [fail(say.anyOrigin(allowed), say.ownOrigins)] : []),
  ]
  return found.length > 0 ? found : [pass(say.good)]
}

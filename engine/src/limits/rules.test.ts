import { describe, expect, test } from 'vitest'
import { checkRules, defaultRules } from './rules.ts'

test('LIM-1 the defaults, each by its name', () => {
  const seen = Object.entries(defaultRules).map(([name, rule]) =>
    rule === null ? `${name} off` : `${name} ${rule.limit} in ${rule.windowSeconds / 60} min`,
  )
  expect(seen).toEqual([
    'signInIp 10 in 15 min',
    'signInIpHour 20 in 60 min',
    'signInAny off',
    'signInBurst 100 in 1 min',
    'signInAccount 10 in 15 min',
    'signInDevice 10 in 15 min',
    'passkeyIp 30 in 15 min',
    'secondFactor 10 in 15 min',
    'secondFactorDevice 10 in 15 min',
    'exchangeIp 10 in 1 min',
    'signUpIp 10 in 15 min',
    'signUpEmail off',
    'linkIp 10 in 15 min',
    'linkEmail 3 in 15 min',
    'passwordChange 10 in 15 min',
    'refreshToken 60 in 1 min',
    'ackToken 60 in 1 min',
    'refreshIp 600 in 1 min',
    'auditExport 10 in 15 min',
    'signOut 20 in 1 min',
    'change 100 in 1 min',
    'read 1000 in 1 min',
  ])
})

describe('LIM-1 OPS-1 rules of one’s own', () => {
  test('a number and a window of at most thirty days, or off', () => {
    const month = { limit: 1, windowSeconds: 30 * 86_400 }
    expect(checkRules({ signUpIp: { limit: 3, windowSeconds: 900 }, read: null, change: month })).toEqual([])
  })

  test.each([
    { limit: 0, windowSeconds: 900 },
    { limit: -1, windowSeconds: 900 },
    { limit: 1.5, windowSeconds: 900 },
    { limit: Number.NaN, windowSeconds: 900 },
    { limit: Number.POSITIVE_INFINITY, windowSeconds: 900 },
    { limit: 5, windowSeconds: 0 },
    { limit: 5, windowSeconds: 0.5 },
    { limit: 5, windowSeconds: Number.NaN },
    { limit: 5, windowSeconds: 30 * 86_400 + 1 },
    { limit: '5', windowSeconds: '900' },
    { limit: 5 },
    {},
    undefined,
    false,
    5,
  ])('%j is named as no rule', (rule) => {
    expect(checkRules({ signInIp: rule as never })).toMatchObject([{ setting: 'limits.rules.signInIp' }])
  })

  test.each(['signinIp', 'toString', '__proto__', 'constructor'])('"%s" is named as no limit', (name) => {
    const rules = JSON.parse(`{"${name}":{"limit":1,"windowSeconds":1}}`)
    const [fault, ...others] = checkRules(rules)
    expect(fault).toMatchObject({ setting: `limits.rules.${name}`, wrong: 'there is no such limit' })
    expect(fault?.right).toContain('signInIp')
    expect(others).toEqual([])
  })
})

// The default limits (LIM-1). A name, a number, a window.
import type { ConfigurationFault } from '../configuration-error.ts'
import { fault } from '../messages/fault.ts'
import type { Rule } from './store.ts'

const minutes = (count: number) => count * 60

export const defaultRules = {
  /** Failed sign-ins by address, from browsers that the account does not know. */
  signInIp: { limit: 10, windowSeconds: minutes(15) },
  signInIpHour: { limit: 20, windowSeconds: minutes(60) },
  /** Sign-ins of any outcome by address. Off: it locks out an office. */
  signInAny: null,
  /** Sign-ins of any outcome by address, or by a browser that the account knows: what no person does. */
  signInBurst: { limit: 100, windowSeconds: 60 },
  /** Failed sign-ins to one account from browsers that it does not know, whatever the address. */
  signInAccount: { limit: 10, windowSeconds: minutes(15) },
  /** Failed sign-ins from one browser that the account knows: an attacker elsewhere can't use it up (LIM-7). */
  signInDevice: { limit: 10, windowSeconds: minutes(15) },
  /** Passkeys that did not sign in, by address. They can't be guessed: this keeps the record short. */
  passkeyIp: { limit: 30, windowSeconds: minutes(15) },
  /** Wrong codes of an app for one account, from browsers that it does not know, whatever the address. */
  secondFactor: { limit: 10, windowSeconds: minutes(15) },
  /** The same from one browser that the account knows: an attacker elsewhere can't use it up (LIM-7). */
  secondFactorDevice: { limit: 10, windowSeconds: minutes(15) },
  /** Handles of sign-ins with providers: they can't be guessed, and nobody comes with many. */
  exchangeIp: { limit: 10, windowSeconds: 60 },
  signUpIp: { limit: 10, windowSeconds: minutes(15) },
  /** Sign-ups with one email, whatever the address. Off. */
  signUpEmail: null,
  /** Links asked for by mail: of any outcome, by client. */
  linkIp: { limit: 10, windowSeconds: minutes(15) },
  /** Links of one kind asked for one address, whether it has an account or not: nobody's mailbox is filled. */
  linkEmail: { limit: 3, windowSeconds: minutes(15) },
  /** Wrong current passwords at a change of password. */
  passwordChange: { limit: 10, windowSeconds: minutes(15) },
  /** Requests with one refresh token; acks apart. */
  refreshToken: { limit: 60, windowSeconds: 60 },
  ackToken: { limit: 60, windowSeconds: 60 },
  /** Refreshes and acks by address: who has many tokens is one client. */
  refreshIp: { limit: 600, windowSeconds: 60 },
  /** Exports of the audit log. */
  auditExport: { limit: 10, windowSeconds: minutes(15) },
  signOut: { limit: 20, windowSeconds: 60 },
  /** Every other change, by client; what a guard refused, by address. */
  change: { limit: 100, windowSeconds: 60 },
  read: { limit: 1000, windowSeconds: 60 },
} as const satisfies Record<string, Rule | null>

export type RuleName = keyof typeof defaultRules
/** Null: not limited. */
export type Rules = Readonly<Record<RuleName, Rule | null>>

const isRuleName = (name: string): name is RuleName => Object.hasOwn(defaultRules, name)

export const checkRules = (rules: Readonly<Partial<Record<string, Rule | null>>>): readonly ConfigurationFault[] =>
  Object.entries(rules).flatMap(([name, rule]) => {
    const setting = `limits.rules.${name}`
    if (!isRuleName(name)) return [fault(setting, 'no_limit', { names: Object.keys(defaultRules).join(', ') })]
    if (rule === null) return []
    const whole = rule && [rule.limit, rule.windowSeconds].every((value) => Number.isSafeInteger(value) && value > 0)
    return whole && rule.windowSeconds <= 86_400 * 30 ? [] : [fault(setting, 'no_rule')]
  })
